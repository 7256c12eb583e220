/** The rounds of the chaos test, as they are planned. */
import { describe, expect, it } from 'vitest';
import { planRounds } from '../chaos/rounds.js';

const rounds = planRounds(7, 200);

describe('the rounds of the chaos test', () => {
  it('are the same for the same seed, however many are asked for', () => {
    expect(planRounds(7, 40)).toEqual(rounds.slice(0, 40));
    expect(planRounds(8, 40)).not.toEqual(rounds.slice(0, 40));
  });

  it('send every signal, at moments that are a time and at moments that are a line', () => {
    const kinds = new Set(rounds.map(({ signal, moment }) => `${signal} ${moment.of}`));
    expect(kinds.size).toBe(6);
    const shares = rounds.map(({ moment }) => moment.share);
    expect(Math.min(...shares)).toBeLessThan(0.1);
    expect(Math.max(...shares)).toBeGreaterThan(0.9);
  });

  it('interrupt every command', () => {
    const commands = new Set(rounds.map(({ commands: [first] }) => first));
    expect([...commands].sort()).toEqual([
      'down',
      'down --volumes',
      'failover',
      'failover --to',
      'heal',
      'reset',
      'restart master',
      'restart replica',
      'unpause',
      'up',
    ]);
  });

  it('count the acknowledged writes of most rounds, and of none that deletes them', () => {
    const counted = rounds.filter(({ keepsData }) => keepsData);
    expect(counted.length).toBeGreaterThan(rounds.length / 2);
    for (const { commands, again } of counted) {
      expect([...commands, again]).not.toContain('reset');
      expect([...commands, again]).not.toContain('down --volumes');
    }
  });

  it('cut nodes off in bridge mode only, where heal follows', () => {
    const cut = rounds.filter(({ harm }) => harm?.kind === 'partition');
    expect(cut.length).toBeGreaterThan(0);
    for (const { shape, commands } of cut) expect([shape.mode, ...commands]).toEqual(['bridge', 'heal']);
  });
});
