/** What every container of rsentinel is held to, those that are never started too. */
import type { HostConfig } from 'dockerode';

const MIB = 1024 ** 2;

/** Bytes for a container that only has to be there. */
export const LEAST_MEMORY = 64 * MIB;

/** @param memory bytes; no swap beyond them */
export function restrictions(memory: number): HostConfig {
  return {
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    IpcMode: 'private',
    PidsLimit: 128,
    Memory: memory,
    MemorySwap: memory,
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
  };
}

/** Whom a container belongs to that is never started and has no files of a node. */
export const NOBODY = '65534:65534';

/** Of a container that is never started: it has no network, and its command is none. */
export const NEVER_STARTED: HostConfig = { ...restrictions(LEAST_MEMORY), NetworkMode: 'none' };
