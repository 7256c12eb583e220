/** What everybody should know before Redis listens where others reach it. */
export const EXPOSED_AT = 'the nodes would be reached at';
export const EXPOSURE =
  'whoever reaches that address can read, change and delete all data: there is no password';
/** The same of what is on its way, where one has to log in. */
export const UNENCRYPTED =
  'passwords and data go there unencrypted, for whoever sits on the way to read and change: tls: generate encrypts them';
export const EXPOSURE_REMEDY =
  'write auth: generate, or insecure: true in `network` if only those reach it whom you trust';
