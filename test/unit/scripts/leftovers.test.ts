import { describe, expect, it } from 'vitest';
import { groupPrefix, isOfOtherRun } from '../../../scripts/lib/leftovers.mjs';

describe('isOfOtherRun', () => {
  it('leaves alone what another run of the tests made', () => {
    expect(isOfOtherRun(`${groupPrefix('0badc0')}kill`, '1234ab')).toBe(true);
  });

  it('does not excuse what this run made, or nobody in particular', () => {
    expect(isOfOtherRun(`${groupPrefix('1234ab')}kill`, '1234ab')).toBe(false);
    expect(isOfOtherRun('mymaster-demo', '1234ab')).toBe(false);
    expect(isOfOtherRun('tenant-a', '1234ab')).toBe(false);
  });
});
