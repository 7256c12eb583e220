/** A word that is no command: what was probably meant. Pure. */
import { didYouMean } from '../model/suggest.js';

/** Commands that destroy data or processes: a mistyped word never leads to one of them. */
const DESTROYING: ReadonlySet<string> = new Set(['reset', 'kill', 'prune', 'down']);

/** Words that users of other tools type, and the command for what they mean. */
const SYNONYMS: Readonly<Record<string, string>> = {
  create: '`rsentinel up` creates a group.',
  start: '`rsentinel up` starts a group that was stopped.',
  apply: '`rsentinel up` makes a group what its file says.',
  run: '`rsentinel up` starts a group.',
  ps: '`rsentinel status` shows the nodes of a group, `rsentinel ls` all groups.',
  list: '`rsentinel ls` shows all groups.',
  inspect: '`rsentinel status` shows the nodes of a group.',
  info: '`rsentinel status` shows the nodes of a group.',
  test: '`rsentinel drill` tests a failover, `rsentinel doctor` looks for known traps.',
  check: '`rsentinel doctor` looks for known traps.',
  config: '`rsentinel render` writes the configuration files.',
  connect: '`rsentinel env` prints how to connect.',
  delete:
    '`rsentinel down` removes the containers of a group and keeps its data; `--volumes` removes that too.',
  remove:
    '`rsentinel down` removes the containers of a group and keeps its data; `--volumes` removes that too.',
  rm: '`rsentinel down` removes the containers of a group and keeps its data; `--volumes` removes that too.',
  destroy:
    '`rsentinel down` removes the containers of a group and keeps its data; `--volumes` removes that too.',
  stop: '`rsentinel down` removes the containers of a group and keeps its data.',
};

const GENERAL = 'See rsentinel --help for all commands.';

/** Returns the hint for a word that is no command. @param commands names of all commands */
export function unknownCommandHint(word: string, commands: readonly string[]): string {
  const meant = SYNONYMS[word.toLowerCase()];
  if (meant !== undefined) return meant;
  const near = didYouMean(word, commands);
  return near === undefined || DESTROYING.has(near) ? GENERAL : `Did you mean ${near}?`;
}
