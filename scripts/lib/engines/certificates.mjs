import { join } from 'node:path';

/** The port at which Docker speaks TLS. */
const TLS_PORT = 2376;

/**
 * Certificates of a machine's own, as Docker wants them: of its engine, of a client that it lets in, and
 * those of somebody else, whom nothing connects to it. Gives the options of dockerd, for
 * {@link import('./dockerd.mjs').startDocker}.
 *
 * @param {import('./machine.mjs').Machine} machine
 */
export async function listenWithTls(machine) {
  await machine.run('sh', '-euc', SCRIPT, 'certificates', machine.address);
  return [
    `--host=tcp://${machine.address}:${TLS_PORT}`,
    '--tlsverify',
    '--tlscacert=/state/client/ca.pem',
    '--tlscert=/state/server/cert.pem',
    '--tlskey=/state/server/key.pem',
  ];
}

/**
 * How the engine is reached, and the directories with certificates that fit it and that do not.
 *
 * @param {import('./machine.mjs').Machine} machine
 */
export function tlsOf(machine) {
  return {
    host: `tcp://${machine.address}:${TLS_PORT}`,
    client: join(machine.state, 'client'),
    stranger: join(machine.state, 'stranger'),
  };
}

/** $1: the machine's address. Valid for two days: the clocks of machines differ. */
const SCRIPT = `
sign() { # directory, name, extensions, of whose authority
  openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$2" -keyout "$1/key.pem" -out "$1/request.pem"
  printf '%s\\n' "$3" >"$1/extensions"
  openssl x509 -req -days 2 -in "$1/request.pem" -CA "$4/ca.pem" -CAkey "$4/ca-key.pem" -CAcreateserial \\
    -extfile "$1/extensions" -out "$1/cert.pem"
}
cd /state
for directory in client stranger; do
  mkdir "$directory"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$directory authority" \\
    -keyout "$directory/ca-key.pem" -out "$directory/ca.pem"
  sign "$directory" client 'extendedKeyUsage = clientAuth' "$directory"
done
mkdir server
sign server engine "subjectAltName = IP:$1
extendedKeyUsage = serverAuth" client
`;
