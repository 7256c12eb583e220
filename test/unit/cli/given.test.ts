/** `--sentinels` and `--master-name` on the command line. */
import { describe, expect, it } from 'vitest';
import { parseSentinels } from '../../../src/cli/input/given.js';
import { loadAuthority, makeAuthority } from '../../../src/tls/authority.js';
import { issueForClient } from '../../../src/tls/issue.js';
import { NOW } from '../tls/certificates.js';
import { directoryWith, rsentinel } from './rsentinel.js';

describe('the addresses of sentinels', () => {
  it.each([
    ['10.1.2.3:26379', [{ host: '10.1.2.3', port: 26_379 }]],
    [
      'a.example:1, [::1]:2',
      [
        { host: 'a.example', port: 1 },
        { host: '::1', port: 2 },
      ],
    ],
  ])('%s', (text, addresses) => {
    expect(parseSentinels(text)).toEqual(addresses);
  });

  it.each(['', '10.1.2.3', '10.1.2.3:0', '10.1.2.3:70000', '10.1.2.3:26379,', 'redis://10.1.2.3:26379'])(
    'are not %j',
    (text) => {
      expect(() => parseSentinels(text)).toThrow(/is no address like 10.1.2.3:26379/);
    },
  );
});

describe.each(['status', 'doctor'])('rsentinel %s', (command) => {
  it.each([
    [['--sentinels', 'nonsense'], '"nonsense" is no address like 10.1.2.3:26379'],
    [['--sentinels', '127.0.0.1:1', '-n', 'demo'], '--sentinels and --name name two groups'],
    [['--sentinels', '127.0.0.1:1', '-f', 'x.yaml'], '--sentinels and --file name two groups'],
    [['--sentinels', '127.0.0.1:1', '--context', 'x'], '--sentinels and --context name two groups'],
    [['--master-name', 'mymaster'], 'Give them with --sentinels'],
  ])('refuses %j', async (words, says) => {
    const { code, stdout, stderr } = await rsentinel([command, ...words]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
  });

  it('needs no engine with sentinels, and says which of them do not answer', async () => {
    const { code, stderr } = await rsentinel([command, '--sentinels', '127.0.0.1:1,127.0.0.1:2'], {
      env: { RSENTINEL_NAME: 'ignored' },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('none of the sentinels answers');
    expect(stderr).toContain('127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1');
    expect(stderr).toContain('127.0.0.1:2: connect ECONNREFUSED 127.0.0.1:2');
  });
});

describe('what the environment says of given sentinels', () => {
  const words = ['status', '--sentinels', '127.0.0.1:1'];

  it.each([
    [{ RSENTINEL_TLS_CA: 'nowhere.crt' }, 'the file that RSENTINEL_TLS_CA names cannot be read'],
    [{ RSENTINEL_TLS_CERT: 'client.crt' }, 'RSENTINEL_TLS_CERT and RSENTINEL_TLS_KEY belong together'],
    [
      { RSENTINEL_TLS_CERT: 'client.crt', RSENTINEL_TLS_KEY: 'client.key' },
      'RSENTINEL_TLS_CERT is set, and RSENTINEL_TLS_CA, which names whom to trust, is not',
    ],
    [{ RSENTINEL_TLS_CA: 'client.key' }, 'RSENTINEL_TLS_CA holds a private key and no certificate'],
    [
      { RSENTINEL_TLS_CA: 'ca.crt', RSENTINEL_TLS_CERT: 'client.crt', RSENTINEL_TLS_KEY: 'ca.key' },
      'RSENTINEL_TLS_KEY does not belong to the certificate of CN=client in RSENTINEL_TLS_CERT',
    ],
  ])('%j is refused', async (env, says) => {
    const authority = makeAuthority('demo', NOW);
    const client = issueForClient(loadAuthority(authority), NOW);
    const cwd = await directoryWith({
      'ca.crt': authority.certificate,
      'ca.key': authority.key,
      'client.crt': client.certificate,
      'client.key': client.key,
    });
    const { code, stderr } = await rsentinel(words, { cwd, env });
    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain(client.key.split('\n')[1]);
  });
});
