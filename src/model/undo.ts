/** Takes back a change that was made. */
export type Undo = () => Promise<void>;
