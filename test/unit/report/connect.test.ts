/** How clients are told to connect. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ConnectionReport } from '../../../src/model/report/connection-report.js';
import { wordsFor } from '../../../src/report/text/client-words.js';
import { envText } from '../../../src/report/text/env-text.js';

const FILES = { ca: '/g/.access/ca.crt', cert: null, key: null };
const OWN = { ...FILES, cert: '/g/.access/client.crt', key: '/g/.access/client.key' };
const LOGINS = {
  redis: { user: 'app', password: null },
  sentinel: { user: 'default', password: null },
};

describe('the snippets for clients', () => {
  it('say nothing of what nobody asks for', () => {
    const words = wordsFor({ logins: null, tls: null });
    expect(Object.values(words).join('')).toBe('');
  });

  it('trust the CA of the group, and show what there is to show', () => {
    expect(wordsFor({ logins: null, tls: { clientCertificate: true, files: OWN } })).toEqual({
      variables: ['set -a; eval "$(rsentinel env)"; set +a   in a shell; or an env file'],
      shell: '',
      cli: '--tls --cacert $REDIS_TLS_CA --cert $REDIS_TLS_CERT --key $REDIS_TLS_KEY ',
      javascript:
        'const tls = { ca: fs.readFileSync(process.env.REDIS_TLS_CA), cert: fs.readFileSync(process.env.REDIS_TLS_CERT), key: fs.readFileSync(process.env.REDIS_TLS_KEY) };',
      ioredis: ', tls, sentinelTLS: tls, enableTLSForSentinelMode: true',
      nodeRedis:
        ', nodeClientOptions: { socket: { tls: true, ...tls } }, sentinelClientOptions: { socket: { tls: true, ...tls } }',
      python:
        ", ssl=True, ssl_ca_certs=os.environ['REDIS_TLS_CA'], ssl_certfile=os.environ['REDIS_TLS_CERT'], ssl_keyfile=os.environ['REDIS_TLS_KEY'], sentinel_kwargs={'ssl': True, 'ssl_ca_certs': os.environ['REDIS_TLS_CA'], 'ssl_certfile': os.environ['REDIS_TLS_CERT'], 'ssl_keyfile': os.environ['REDIS_TLS_KEY']}",
    });
  });

  it('log in over TLS', () => {
    const words = wordsFor({ logins: LOGINS, tls: { clientCertificate: false, files: FILES } });
    expect(words).toMatchObject({
      shell: 'REDISCLI_AUTH=$REDIS_SENTINEL_PASSWORD ',
      cli: '--tls --cacert $REDIS_TLS_CA ',
      ioredis:
        ", username: 'app', password: process.env.REDIS_PASSWORD, sentinelPassword: process.env.REDIS_SENTINEL_PASSWORD, tls, sentinelTLS: tls, enableTLSForSentinelMode: true",
    });
    expect(words.nodeRedis).toContain(
      "nodeClientOptions: { username: 'app', password: process.env.REDIS_PASSWORD, socket: { tls: true, ...tls } }",
    );
  });
});

describe('env', () => {
  const pem = { ca: 'CA', cert: 'CERT', key: null };
  const report: ConnectionReport = {
    version: 1,
    group: 'demo',
    masterName: 'mymaster',
    sentinels: [{ host: '127.0.0.1', port: 26_379 }],
    redis: null,
    sentinel: null,
    tls: { clientCertificate: true, files: OWN, pem },
  };

  it('names the files for TLS', () => {
    expect(envText(report)).toBe(
      [
        'REDIS_SENTINELS=127.0.0.1:26379',
        'REDIS_MASTER_NAME=mymaster',
        'REDIS_TLS_CA=/g/.access/ca.crt',
        'REDIS_TLS_CERT=/g/.access/client.crt',
        'REDIS_TLS_KEY=/g/.access/client.key',
        '',
      ].join('\n'),
    );
  });

  it.each([
    'made-up_PASSWORD-1',
    '$(echo planted)',
    '`echo planted`',
    'a;echo planted',
    'a&b|c>d<e(f)#g!h*i?j~k',
    '${HOME}$1',
    "it's",
    'two words',
  ])('is what a shell takes for it, whatever is in it: %s', (value) => {
    const login = { user: 'app', password: value };
    const text = envText({ ...report, masterName: value, redis: login, sentinel: login });
    const script = 'eval "$(cat)"; printf "%s\\n" "$REDIS_MASTER_NAME" "$REDIS_PASSWORD" "$REDIS_TLS_KEY"';
    const read = execFileSync('sh', ['-c', script], { input: text, encoding: 'utf8' });
    expect(read).toBe(`${value}\n${value}\n${OWN.key}\n`);
  });

  it('names none that are in a volume', () => {
    expect(envText({ ...report, tls: { clientCertificate: true, files: null, pem } })).not.toContain('TLS');
  });
});
