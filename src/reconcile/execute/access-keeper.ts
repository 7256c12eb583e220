/** The file with a group's logins, while `up` changes them. */

import { ACCESS_FILE, formatAccess, type StoredAccess } from '../../access/access-file.js';
import { type AccessSet, sameAccess } from '../../model/credentials/logins.js';
import type { GroupSpec } from '../../model/group-spec.js';
import type { Undo } from '../../model/step.js';
import type { Storage } from '../../storage/storage.js';

export class AccessKeeper {
  readonly #spec: GroupSpec;
  readonly #storage: Storage;
  #stored: StoredAccess | null;

  /** @param stored as it was observed */
  constructor(spec: GroupSpec, stored: StoredAccess | null, storage: Storage) {
    this.#spec = spec;
    this.#stored = stored;
    this.#storage = storage;
  }

  /** What nodes went by so far; null: nobody had to log in. */
  get before(): AccessSet | null {
    return this.#stored === null ? null : (this.#stored.former ?? this.#stored.present);
  }

  /**
   * Before any node goes by new logins: whoever comes after a killed `up` needs both.
   * @returns how to take it back; null: it was so already
   */
  begin(): Promise<Undo | null> {
    const { access } = this.#spec;
    const stored = this.#stored;
    if (access.kind === 'none' || (stored !== null && sameAccess(stored.present, access)))
      return Promise.resolve(null);
    return this.#write(access, this.before);
  }

  /** Once every node goes by one set, and by no other. */
  async forgetFormer(present: AccessSet): Promise<void> {
    const stored = this.#stored;
    if (stored === null || (stored.former === null && sameAccess(stored.present, present))) return;
    await this.#write(present, null);
  }

  async #write({ logins, clientRules }: AccessSet, former: AccessSet | null): Promise<Undo> {
    const stored = { group: this.#spec.name, present: { logins, clientRules }, former };
    const undo = await this.#storage.writeShared(ACCESS_FILE, formatAccess(stored));
    this.#stored = stored;
    return undo;
  }
}
