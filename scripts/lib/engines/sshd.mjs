import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../log.mjs';

const PORT = 2222;
const START_MS = 10_000;

/**
 * Starts an sshd on a machine, with keys made for it, and an agent that holds the key of its root. Gives
 * the option of dockerd without which `docker system dial-stdio` would not find it there.
 *
 * @param {import('./machine.mjs').Machine} machine
 */
export async function listenBySsh(machine) {
  await machine.run('sh', '-euc', SCRIPT, 'keys', machine.address);
  machine.start('sshd.log', ['/usr/sbin/sshd', '-D', '-e', '-f', '/state/ssh/sshd_config']);
  machine.start('agent.log', ['ssh-agent', '-D', '-a', '/state/ssh/agent.sock']);
  const add = 'SSH_AUTH_SOCK=/state/ssh/agent.sock ssh-add /state/ssh/user';
  await until('ssh-agent does not answer', () => machine.run('sh', '-c', add));
  await until('sshd does not answer', () => machine.run('ssh-keyscan', '-p', String(PORT), machine.address));
  await writeClient(machine);
  return ['--host=unix:///run/docker.sock'];
}

/**
 * How the engine is reached: the host, the agent, and a directory whose `ssh` is the system's own, but
 * reads and writes nothing in the user's home.
 *
 * @param {import('./machine.mjs').Machine} machine
 */
export function sshOf(machine) {
  return {
    host: `ssh://root@${machine.address}:${PORT}`,
    agent: join(machine.state, 'ssh/agent.sock'),
    programs: join(machine.state, 'ssh/bin'),
    knownHosts: join(machine.state, 'ssh/known_hosts'),
  };
}

async function writeClient(/** @type {import('./machine.mjs').Machine} */ machine) {
  const { programs, knownHosts } = sshOf(machine);
  const script = `#!/bin/sh
PATH=\${PATH#*:}
exec ssh -F none -o UserKnownHostsFile=\${KNOWN_HOSTS:-${knownHosts}} -o GlobalKnownHostsFile=/dev/null "$@"
`;
  await writeFile(join(programs, 'ssh'), script);
  await chmod(join(programs, 'ssh'), 0o755);
}

async function until(/** @type {string} */ trouble, /** @type {() => Promise<unknown>} */ attempt) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new SetupError(`${trouble}: ${error}`);
      await sleep(50);
    }
  }
}

/** $1: the machine's address. */
const SCRIPT = `
mkdir -p /state/ssh/bin /run/sshd
cd /state/ssh
for key in host user; do ssh-keygen -q -t ed25519 -N '' -f "$key"; done
cp user.pub authorized_keys
printf '[%s]:${PORT} %s\\n' "$1" "$(cat host.pub)" >known_hosts
cat >sshd_config <<END
ListenAddress $1:${PORT}
HostKey /state/ssh/host
AuthorizedKeysFile /state/ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PidFile none
END
`;
