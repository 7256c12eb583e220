/** Docker's contexts, as `docker context` keeps them in its configuration directory. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type EndpointSource, invalid, readOr, type Tls } from './endpoint.js';

interface ContextEndpoint {
  /** `tcp://…`, `unix://…`, `ssh://…` */
  readonly host: string;
  readonly tls: Tls | null;
}

export class Contexts {
  readonly configFile: string;
  readonly #store: string;
  readonly #source: EndpointSource;

  /** @param directory Docker's configuration directory, ~/.docker */
  constructor(directory: string, source: EndpointSource) {
    this.configFile = join(directory, 'config.json');
    this.#store = join(directory, 'contexts');
    this.#source = source;
  }

  /** Name of the context that `docker context use` has chosen; null: none. */
  current(): string | null {
    const text = readOr(this.#source, this.configFile);
    const name = text === null ? undefined : this.#json(text, this.configFile)['currentContext'];
    return typeof name === 'string' && name !== '' ? name : null;
  }

  names(): readonly string[] {
    const meta = join(this.#store, 'meta');
    return this.#source
      .list(meta)
      .flatMap((id) => {
        const text = readOr(this.#source, join(meta, id, 'meta.json'));
        const name = text === null ? undefined : this.#json(text, join(meta, id, 'meta.json'))['Name'];
        return typeof name === 'string' ? [name] : [];
      })
      .sort();
  }

  /** @throws RsentinelError ENDPOINT_INVALID when it is there and cannot be used */
  find(name: string): ContextEndpoint | null {
    // The directories bear the SHA-256 of the context's name.
    const id = createHash('sha256').update(name).digest('hex');
    const path = join(this.#store, 'meta', id, 'meta.json');
    const text = readOr(this.#source, path);
    if (text === null) return null;
    const docker = (this.#json(text, path)['Endpoints'] as Readonly<Record<string, unknown>> | undefined)?.[
      'docker'
    ] as { readonly Host?: unknown; readonly SkipTLSVerify?: unknown } | undefined;
    if (typeof docker?.Host !== 'string' || docker.Host === '') {
      throw invalid(`the docker context ${name} names no engine (${path})`, 'Choose another with --context.');
    }
    const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((file) =>
      readOr(this.#source, join(this.#store, 'tls', id, 'docker', file)),
    ) as [string | null, string | null, string | null];
    const skipsVerification = docker.SkipTLSVerify === true;
    const hasTls = [ca, cert, key].some((file) => file !== null) || skipsVerification;
    return { host: docker.Host, tls: hasTls ? { ca, cert, key, verify: !skipsVerification } : null };
  }

  #json(text: string, path: string): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    } catch (cause) {
      throw invalid(`${path} is not JSON`, 'It is a file of the docker command.', [], cause);
    }
  }
}
