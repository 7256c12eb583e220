/** Lines of configuration files as they may be told: without what somebody could log in by. Pure. */
import type { Directive } from '../model/topology.js';
import { readDirectiveLines } from './conf-facts.js';

/** What stands in the place of a value. */
const MASK = '[secret]';

/** `requirepass`, `masterauth`, `user`, `tls-key-file-pass`, `sentinel auth-pass` …: passwords, their hashes, and whose they are. */
const HOLDS_SECRET = /(?:pass|auth|user)$/;

/** The value of a directive, for a message. */
export function toldValue({ name, value }: Directive): string {
  return HOLDS_SECRET.test(name) ? MASK : value;
}

/** A line of a configuration file that Redis does not start with: `>>> 'requirepass one two'`. */
const OFFENDING = /^(\s*>>> ')(.*)$/;

/** What it cannot use of a user's rules: `#` and a hash, `>` and a password, and what takes them away. */
const ACL_WORD = /'[#>!<][^']*'/g;

/** A line of a node's log. Redis shows the line of its file that it stumbles on, whatever is in it. */
export function toldLogLine(line: string): string {
  const [, before, shown] = OFFENDING.exec(line) ?? [];
  if (before === undefined || shown === undefined) return line.replaceAll(ACL_WORD, `'${MASK}'`);
  const [directive] = readDirectiveLines(shown);
  if (directive === undefined) return line;
  const { name } = directive;
  return HOLDS_SECRET.test(name) ? `${before}${name} ${MASK}'` : line;
}
