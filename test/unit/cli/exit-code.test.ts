import { describe, expect, it } from 'vitest';
import { exitCodeOf, exitCodeOfHealth } from '../../../src/cli/exit-code.js';

describe('the exit code', () => {
  it.each([
    ['USAGE', 2],
    ['TOPOLOGY_NOT_FOUND', 2],
    ['TOPOLOGY_INVALID', 2],
    ['TEMPLATE_INVALID', 2],
    ['WAIT_TIMEOUT', 124],
    ['GROUP_BUSY', 124],
    ['ENGINE_UNREACHABLE', 1],
    ['PORT_TAKEN', 1],
    ['INTERNAL', 1],
  ] as const)('of %s is %d', (code, expected) => {
    expect(exitCodeOf(code, null)).toBe(expected);
  });

  it('of an interruption is that of the signal', () => {
    expect(exitCodeOf('INTERRUPTED', 'SIGINT')).toBe(130);
    expect(exitCodeOf('INTERRUPTED', 'SIGTERM')).toBe(143);
    expect(exitCodeOf('INTERRUPTED', 'SIGHUP')).toBe(129);
  });

  it('of status tells the health', () => {
    expect((['healthy', 'degraded', 'absent'] as const).map(exitCodeOfHealth)).toEqual([0, 3, 3]);
  });
});
