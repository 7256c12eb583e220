/** Which engine is meant, by the environment and the files of the docker command. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type EndpointSource, resolveEndpoint } from '../../../src/engine/docker/endpoint/endpoint.js';
import { sshArguments } from '../../../src/engine/docker/endpoint/ssh.js';

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
}

const HOME = '/home/me';

function sourceOf({ env = {}, files = {}, platform = 'linux' }: Given): EndpointSource {
  return {
    env,
    home: HOME,
    platform,
    read: (path) => {
      if (files[path] === 'EACCES') throw new Error('EACCES: permission denied');
      return files[path] ?? null;
    },
    list: (path) => [
      ...new Set(
        Object.keys(files)
          .filter((file) => file.startsWith(`${path}/`))
          .map((file) => file.slice(path.length + 1).split('/')[0] ?? ''),
      ),
    ],
    exists: (path) => path in files,
  };
}

/** The files that `docker context create` makes. */
function context(
  name: string,
  endpoint: object,
  tls: Readonly<Record<string, string>> = {},
  config = `${HOME}/.docker`,
) {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: endpoint } });
  return {
    [`${config}/contexts/meta/${id}/meta.json`]: meta,
    ...Object.fromEntries(
      Object.entries(tls).map(([file, text]) => [`${config}/contexts/tls/${id}/docker/${file}`, text]),
    ),
  };
}

const current = (name: string) => ({
  [`${HOME}/.docker/config.json`]: JSON.stringify({ currentContext: name }),
});
const remote = context('remote', { Host: 'tcp://10.0.0.9:2375' });
const other = context('other', { Host: 'tcp://10.0.0.8:2375' });

const endpoint = (given: Given, name?: string) => resolveEndpoint(name, sourceOf(given));
const hostOf = (given: Given, name?: string) => {
  const found = endpoint(given, name);
  return found.kind === 'socket' ? found.path : found.host;
};

describe('the engine that is meant', () => {
  it('is the usual socket where nothing says otherwise', () => {
    expect(endpoint({})).toEqual({
      kind: 'socket',
      path: '/var/run/docker.sock',
      title: '/var/run/docker.sock',
    });
    expect(hostOf({ files: { '/home/me/.docker/run/docker.sock': '' } })).toBe(
      '/home/me/.docker/run/docker.sock',
    );
    expect(hostOf({ platform: 'win32' })).toBe('//./pipe/docker_engine');
  });

  it('is the one of --context, then DOCKER_HOST, then DOCKER_CONTEXT, then the current context', () => {
    const files = { ...remote, ...other, ...current('other') };
    const host = { DOCKER_HOST: 'tcp://10.0.0.1:2375' };
    const chosen = { DOCKER_CONTEXT: 'remote' };
    expect(hostOf({ files, env: { ...host, ...chosen } }, 'remote')).toBe('10.0.0.9');
    expect(hostOf({ files, env: { ...host, ...chosen } })).toBe('10.0.0.1');
    expect(hostOf({ files, env: chosen })).toBe('10.0.0.9');
    expect(hostOf({ files })).toBe('10.0.0.8');
    expect(hostOf({ files: { ...remote } })).toBe('/var/run/docker.sock');
  });

  it('is the one without a context where the context is called default', () => {
    const files = { ...remote, ...current('default') };
    expect(hostOf({ files })).toBe('/var/run/docker.sock');
    expect(hostOf({ files: { ...remote, ...current('remote') } }, 'default')).toBe('/var/run/docker.sock');
    expect(hostOf({ files, env: { DOCKER_HOST: 'tcp://10.0.0.1:1' } }, 'default')).toBe('10.0.0.1');
  });

  it('is looked up where DOCKER_CONFIG says', () => {
    const files = context('remote', { Host: 'tcp://10.0.0.9:2375' }, {}, '/etc/docker-cli');
    expect(hostOf({ files, env: { DOCKER_CONFIG: '/etc/docker-cli' } }, 'remote')).toBe('10.0.0.9');
  });

  it('takes an empty variable for none', () => {
    expect(hostOf({ env: { DOCKER_HOST: '', DOCKER_CONTEXT: '' } })).toBe('/var/run/docker.sock');
  });
});

describe('DOCKER_HOST', () => {
  const of = (text: string, env = {}, files = {}) => endpoint({ env: { DOCKER_HOST: text, ...env }, files });

  it.each([
    [
      'unix:///run/user/1000/podman/podman.sock',
      { kind: 'socket', path: '/run/user/1000/podman/podman.sock' },
    ],
    ['unix://', { kind: 'socket', path: '/var/run/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'socket', path: '//./pipe/docker_engine' }],
    ['tcp://docker:2375', { kind: 'tcp', host: 'docker', port: 2375, tls: null }],
    ['tcp://docker', { kind: 'tcp', host: 'docker', port: 2375, tls: null }],
    ['10.0.0.1:4243', { kind: 'tcp', host: '10.0.0.1', port: 4243, tls: null }],
    ['tcp://[fd00::1]:2375', { kind: 'tcp', host: 'fd00::1', port: 2375, tls: null }],
    ['ssh://me@build.example.org', { kind: 'ssh', host: 'build.example.org', user: 'me', port: undefined }],
    ['ssh://build:2222', { kind: 'ssh', host: 'build', user: undefined, port: 2222 }],
  ])('may be %s', (text, expected) => {
    expect(of(text)).toEqual({ ...expected, title: `${text} (DOCKER_HOST)` });
  });

  it.each(['ftp://host', 'tcp://', 'tcp://host:99999', 'ssh://'])('may not be %s', (text) => {
    expect(() => of(text)).toThrow(
      expect.objectContaining({
        code: 'ENDPOINT_INVALID',
        message: expect.stringContaining('DOCKER_HOST names an engine that cannot be understood'),
        hint: expect.stringContaining('unix:///path'),
      }),
    );
  });

  it('lets no option of ssh pass for a host or a user', () => {
    expect(() => of('ssh://-oProxyCommand=x')).toThrow(/hyphen|understood/);
    expect(() => of('ssh://-oProxyCommand=x@host')).toThrow(/hyphen/);
  });

  const certificates = {
    '/certs/ca.pem': 'CA',
    '/certs/cert.pem': 'CERT',
    '/certs/key.pem': 'KEY',
  };

  it('is reached by TLS when DOCKER_TLS_VERIFY is set, with the files of DOCKER_CERT_PATH', () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    expect(of('tcp://docker', env, certificates)).toMatchObject({
      port: 2376,
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', verify: true },
    });
  });

  it('is not checked with DOCKER_TLS alone', () => {
    const env = { DOCKER_TLS: '1', DOCKER_CERT_PATH: '/certs' };
    expect(of('tcp://docker:2376', env, certificates)).toMatchObject({ tls: { verify: false } });
  });

  it('finds certificates beside the configuration of the docker command, as far as there are any', () => {
    const files = { '/home/me/.docker/ca.pem': 'CA' };
    expect(of('tcp://docker:2376', { DOCKER_TLS_VERIFY: '1' }, files)).toMatchObject({
      tls: { ca: 'CA', cert: null, key: null },
    });
  });

  it('names a certificate that is missing or cannot be read', () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    const { '/certs/key.pem': _, ...rest } = certificates;
    expect(() => of('tcp://docker:2376', env, rest)).toThrow(/there is no \/certs\/key.pem/);
    expect(() => of('tcp://docker:2376', env, { ...certificates, '/certs/key.pem': 'EACCES' })).toThrow(
      /\/certs\/key.pem cannot be read: EACCES/,
    );
  });
});

describe('a docker context', () => {
  it('brings its own certificates', () => {
    const files = context(
      'ci',
      { Host: 'tcp://10.0.0.9:2376', SkipTLSVerify: false },
      { 'ca.pem': 'CA', 'cert.pem': 'CERT', 'key.pem': 'KEY' },
    );
    // Those of the environment belong to DOCKER_HOST.
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/elsewhere' };
    expect(endpoint({ files, env }, 'ci')).toEqual({
      kind: 'tcp',
      host: '10.0.0.9',
      port: 2376,
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', verify: true },
      title: 'tcp://10.0.0.9:2376 (the context ci)',
    });
  });

  it('may say that its certificate is not to be checked', () => {
    const files = context('ci', { Host: 'tcp://10.0.0.9:2376', SkipTLSVerify: true });
    expect(endpoint({ files }, 'ci')).toMatchObject({ tls: { ca: null, verify: false } });
  });

  it('may name a socket or a host of ssh', () => {
    expect(hostOf({ files: context('local', { Host: 'unix:///run/other.sock' }) }, 'local')).toBe(
      '/run/other.sock',
    );
    expect(endpoint({ files: context('far', { Host: 'ssh://far' }) }, 'far')).toMatchObject({
      kind: 'ssh',
      host: 'far',
    });
  });

  it('that there is not is met with those that there are, and with the one that was meant', () => {
    const files = { ...remote, ...other };
    expect(() => endpoint({ files }, 'remot')).toThrow(
      expect.objectContaining({
        code: 'ENDPOINT_INVALID',
        message: 'there is no docker context "remot", which is given by --context',
        hint: 'Did you mean remote?',
        details: ['there are: default, other, remote'],
      }),
    );
    expect(() => endpoint({ env: { DOCKER_CONTEXT: 'x' } })).toThrow(/given by DOCKER_CONTEXT/);
    expect(() => endpoint({ files: current('gone') })).toThrow(
      /"gone", which is the current one of \/home\/me\/.docker\/config.json/,
    );
  });

  it('whose files are broken is named with them', () => {
    const [path = ''] = Object.keys(remote);
    expect(() => endpoint({ files: { [path]: '{' } }, 'remote')).toThrow(`${path} is not JSON`);
    expect(() => endpoint({ files: context('empty', {}) }, 'empty')).toThrow(/empty names no engine/);
    expect(() => endpoint({ files: { '/home/me/.docker/config.json': 'EACCES' } })).toThrow(/cannot be read/);
  });
});

describe('ssh', () => {
  it('asks nobody anything and takes the user and the port that were named', () => {
    const host = { kind: 'ssh', host: 'build', user: 'me', port: 2222 } as const;
    expect(sshArguments(host).join(' ')).toBe(
      '-T -o BatchMode=yes -o ConnectTimeout=10 -l me -p 2222 -- build',
    );
    expect(sshArguments({ ...host, user: undefined, port: undefined }).join(' ')).toBe(
      '-T -o BatchMode=yes -o ConnectTimeout=10 -- build',
    );
  });
});
