export interface Driver { close(): void }
