/** What has been seen over several looks at a group. */
import { type Address, formatAddress } from '../../model/address.js';
import { instancesOf, type Snapshot } from './snapshot.js';

/**
 * The links of sentinels on which a ping has been answered: `last-ping-sent` was 0. One look may
 * find a ping under way, so it is collected over several. A sentinel that is refused by another
 * (password, ACL) never gets there, and everything else looks healthy.
 */
export class LinkEvidence {
  readonly #seen = new Set<string>();

  add(snapshot: Snapshot): void {
    for (const [name, answer] of snapshot.sentinels) {
      if (answer.kind === 'silent') continue;
      for (const instance of instancesOf(answer)) {
        const connected = !instance.flags.includes('disconnected');
        if (connected && instance.runid !== '' && instance.lastPingSent === 0)
          this.#seen.add(key(name, instance.address));
      }
    }
  }

  has(sentinel: string, address: Address): boolean {
    return this.#seen.has(key(sentinel, address));
  }
}

function key(sentinel: string, address: Address): string {
  return `${sentinel} ${formatAddress(address)}`;
}
