/** Errors of the client library, before they go on to anybody. */

/** Without the command that an error concerns, which the library puts into it: its arguments may be passwords. */
export function withoutCommand(error: unknown): unknown {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
  return error;
}
