import type { Reporter } from './reporter.js';

/** `-q`: nothing at all. Errors are not a reporter's business and are printed nevertheless. */
export const quietReporter: Reporter = {
  listen: () => {},
  note: () => {},
  close: () => {},
};
