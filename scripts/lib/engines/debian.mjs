import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '../log.mjs';
import { ensureMmdebstrap } from '../mmdebstrap.mjs';
import { CACHE } from '../paths.mjs';
import { runQuietly } from '../run.mjs';

/** What every machine needs to be one. */
const COMMON = ['coreutils', 'dash', 'iproute2', 'iptables', 'mount', 'openssl', 'tini', 'util-linux'];

/**
 * The Debian releases that the laboratory's engines come from, and what is unpacked of each.
 *
 * @type {Readonly<Record<Suite, readonly string[]>>}
 */
const PACKAGES = {
  bookworm: [
    ...[...COMMON, 'docker.io', 'openssh-server'],
    ...['podman', 'aardvark-dns', 'conmon', 'netavark'],
  ],
  trixie: [...COMMON, 'docker.io'],
};

/** @typedef {'bookworm' | 'trixie'} Suite bookworm has Docker 20.10 and Podman 4.3, trixie Docker 26.1. */

/** Nothing of a machine reads these. */
const USELESS = ['usr/share/doc', 'usr/share/info', 'usr/share/locale', 'usr/share/man'];

/** Links that the packages leave to Debian's alternatives, which an unpacked release does not have. */
const TABLES = [
  'iptables',
  'iptables-restore',
  'iptables-save',
  'ip6tables',
  'ip6tables-restore',
  'ip6tables-save',
];

/**
 * Unpacks the engines of the Debian releases into folders of their own, one after the other; kept as a
 * cache. Nothing of it is installed on this machine.
 *
 * @returns {Promise<Readonly<Record<Suite, string>>>} the folders
 */
export async function ensureDebian() {
  return { bookworm: await ensureSuite('bookworm'), trixie: await ensureSuite('trixie') };
}

/** @param {Suite} suite */
async function ensureSuite(suite) {
  const hooks = unpackingHooks();
  const digest = createHash('sha256')
    .update(JSON.stringify([PACKAGES[suite], hooks]))
    .digest('hex');
  const folder = join(CACHE, 'engines', `${suite}-${digest.slice(0, 8)}`);
  if (existsSync(folder)) return folder;
  await ensureMmdebstrap({
    missing: 'The engines of the laboratory cannot be unpacked: mmdebstrap is missing.',
    hint: 'Install mmdebstrap and debian-archive-keyring (Debian, Ubuntu).',
  });
  say(`Unpacking the engines of Debian ${suite} (kept as a cache in .cache/engines).`);
  const unfinished = `${folder}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(CACHE, 'engines'), { recursive: true });
  await runQuietly('mmdebstrap', [
    '--variant=extract', // unpacked, not installed: no package manager, no maintainer scripts
    `--include=${PACKAGES[suite].join(',')}`,
    ...hooks,
    suite,
    unfinished,
  ]);
  await rename(unfinished, folder);
  return folder;
}

function unpackingHooks() {
  return [
    // All programs and libraries in usr, also those of packages from before it was so.
    '--setup-hook=for d in bin sbin lib lib64; do mkdir -p "$1/usr/$d" && ln -s "usr/$d" "$1/$d"; done',
    `--extract-hook=cd "$1" && rm -rf ${USELESS.join(' ')}`,
    `--extract-hook=cd "$1/usr/sbin" && ${TABLES.map((name) => `ln -s xtables-nft-multi ${name}`).join(' && ')}`,
  ];
}
