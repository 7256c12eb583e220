import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Interruption, type SignalledProcess } from '../../../src/cli/interruption.js';
import { RsentinelError } from '../../../src/errors.js';

class TestProcess extends EventEmitter implements SignalledProcess {
  readonly exits: number[] = [];
  said = '';
  readonly stderr = {
    write: (text: string) => {
      this.said += text;
    },
  };
  exit(code: number): void {
    this.exits.push(code);
  }
}

function interrupted(group: string | null, ...signals: readonly ('SIGINT' | 'SIGTERM' | 'SIGHUP')[]) {
  const process = new TestProcess();
  const interruption = new Interruption(process);
  interruption.listen();
  if (group !== null) interruption.mayRemain(group);
  for (const signal of signals) process.emit(signal, signal);
  return { process, interruption };
}

describe('the first signal', () => {
  it('asks the command to stop, and leaves it the time to clean up', () => {
    const { process, interruption } = interrupted('demo', 'SIGINT');
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.signal.reason).toBeInstanceOf(RsentinelError);
    expect(interruption.signal.reason).toMatchObject({
      code: 'INTERRUPTED',
      message: 'interrupted by Ctrl-C',
    });
    expect(process.exits).toEqual([]);
    expect(process.said).toContain('Ctrl-C again leaves at once');
  });

  it('is remembered', () => {
    expect(interrupted('demo', 'SIGTERM').interruption.received).toBe('SIGTERM');
    expect(interrupted('demo', 'SIGHUP').interruption.received).toBe('SIGHUP');
  });
});

describe('the second signal', () => {
  it('leaves at once, saying what may remain and how to remove it', () => {
    const { process } = interrupted('demo', 'SIGINT', 'SIGINT');
    expect(process.exits).toEqual([130]);
    expect(process.said).toContain('what there is of demo stays\nhint: rsentinel down -n demo\n');
  });

  it('says nothing of a group when none was begun', () => {
    const { process } = interrupted(null, 'SIGTERM', 'SIGTERM');
    expect(process.exits).toEqual([143]);
    expect(process.said).toBe('\nrsentinel: left at once\n');
  });
});

it('after the command, signals are the system’s again', () => {
  const { process, interruption } = interrupted(null);
  interruption.stop();
  expect(process.eventNames()).toEqual([]);
});
