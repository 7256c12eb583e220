/** What the scripts and the global set-up tell the tests on a real engine. */
import { groupPrefix } from '../../scripts/lib/leftovers.mjs';

/** An image to test with, and what is in it. */
export interface TestImage {
  readonly image: string;
  /** For people: `Redis 6.0`. */
  readonly title: string;
  readonly server: 'redis' | 'valkey';
  /** Major and minor: `6.0`. */
  readonly version: string;
}

/** The image for all tests that do not care which it is. */
export function testImage(): string {
  return required('RSENTINEL_IMAGE');
}

/** The images of `npm run test:versions`, oldest first. */
export function testImages(): readonly TestImage[] {
  return JSON.parse(required('RSENTINEL_TEST_IMAGES'));
}

/** How many rounds `npm run test:chaos` plays, and the seed that they are planned from. */
export function chaosSettings(): { readonly rounds: number; readonly seed: number } {
  return {
    rounds: Number(required('RSENTINEL_CHAOS_ROUNDS')),
    seed: Number(required('RSENTINEL_CHAOS_SEED')),
  };
}

/**
 * A group's name that says which run of the tests made it, so that what a run leaves behind can be
 * told from the groups of anybody else on the engine. Unique as long as `label` is.
 */
export function groupName(label: string): string {
  return `${groupPrefix(required('RSENTINEL_TEST_RUN'))}${label}`;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: run this with \`npm test\` or \`npm run test:versions\`.`);
  }
  return value;
}
