/** The file with a group's logins, while `up` changes them. */
import { ACCESS_FILE, formatAccess, type StoredAccess } from '../access/access-file.js';
import { type Logins, sameLogins } from '../access/logins.js';
import type { GroupSpec } from '../spec/group-spec.js';
import type { Storage, Undo } from '../storage/storage.js';

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

  /**
   * Before any node goes by new logins: whoever comes after a killed `up` needs both.
   * @returns how to take it back; null: it was so already
   */
  async begin(): Promise<Undo | null> {
    const { access } = this.#spec;
    if (access.kind === 'none') return null;
    const { logins } = access;
    const stored = this.#stored;
    if (stored !== null && sameLogins(stored.logins, logins)) return null;
    return await this.#write(logins, stored?.logins ?? null);
  }

  /** Once every node goes by the new ones. */
  async settle(): Promise<void> {
    const { access } = this.#spec;
    if (access.kind === 'none' || this.#stored === null || this.#stored.former === null) return;
    await this.#write(access.logins, null);
  }

  async #write(logins: Logins, former: Logins | null): Promise<Undo> {
    const stored = { group: this.#spec.name, logins, former };
    const undo = await this.#storage.writeShared(ACCESS_FILE, formatAccess(stored));
    this.#stored = stored;
    return undo;
  }
}
