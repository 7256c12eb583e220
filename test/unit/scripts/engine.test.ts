import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../scripts/lib/paths.mjs';

/** Runs `ensureEngine` in a process of its own, with an engine address at which nothing answers. */
function ensureEngineAt(dockerHost: string): Promise<{ code: number; stderr: string }> {
  const script = `
    import { main } from './scripts/lib/main.mjs';
    import { ensureEngine } from './scripts/lib/engine.mjs';
    await main(async () => { await ensureEngine(); return 0; });
  `;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { cwd: ROOT, env: { ...process.env, DOCKER_HOST: dockerHost } },
      (error, _stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }),
    );
  });
}

describe('ensureEngine', () => {
  it('starts nothing where DOCKER_HOST names an engine that does not answer', async () => {
    const { code, stderr } = await ensureEngineAt('unix:///nonexistent/docker.sock');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'error: No Docker engine answers at DOCKER_HOST=unix:///nonexistent/docker.sock',
    );
    expect(stderr).toContain('hint: Start that engine, or unset DOCKER_HOST');
    expect(stderr).not.toContain('==>');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
