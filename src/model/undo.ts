/** How something that was done is taken back. */
/** Takes back what a write has changed. */
export type Undo = () => Promise<void>;
