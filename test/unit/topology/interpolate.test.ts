import { describe, expect, test } from 'vitest';
import { interpolate } from '../../../src/topology/yaml/interpolate.js';
import { linesOf, topologyOf } from './parse-helper.js';

const ENV = { SET: 'value', EMPTY: '', OTHER: 'other', DOLLAR: '$SET ${SET}' };

describe('a variable in a text becomes', () => {
  test.each([
    ['no variable at all', 'no variable at all'],
    ['$SET', 'value'],
    ['${SET}', 'value'],
    ['a${SET}b$SET-c', 'avalueb' + 'value-c'],
    ['${SET:-default}', 'value'],
    ['${EMPTY:-default}', 'default'],
    ['${UNSET:-default}', 'default'],
    ['${EMPTY-default}', ''],
    ['${UNSET-default}', 'default'],
    ['${UNSET-}', ''],
    ['${SET:?message}', 'value'],
    ['${EMPTY?message}', ''],
    ['${SET:+instead}', 'instead'],
    ['${EMPTY:+instead}', ''],
    ['${EMPTY+instead}', 'instead'],
    ['${UNSET+instead}', ''],
    ['${UNSET:-$OTHER}', 'other'],
    ['${UNSET:-${OTHER}}', 'other'],
    ['${UNSET:-${EMPTY:-${SET}}}', 'value'],
    ['${UNSET:-${SET} and ${OTHER}}', 'value and other'],
    ['${SET:+${OTHER}}', 'other'],
    ['${UNSET:-a:-b?c+d}', 'a:-b?c+d'],
    ['${UNSET-what?}', 'what?'],
    ['$$', '$'],
    ['$$SET', '$SET'],
    ['$${SET}', '${SET}'],
    ['${UNSET:-$${SET}}', '${SET}'],
    ['$$$SET', '$value'],
    ['costs 5$', 'costs 5$'],
    ['$5 and $-', '$5 and $-'],
    ['$DOLLAR', '$SET ${SET}'],
    ['${SET:-${UNSET:?never asked}}', 'value'],
  ])('%s → %s', (text, expected) => {
    expect(interpolate(text, ENV)).toMatchObject({ text: expected, problems: [] });
  });

  test('nothing that an object has by itself', () => {
    expect(interpolate('${constructor:-default}', ENV).text).toBe('default');
  });
});

describe('a variable that cannot be filled in', () => {
  test.each([
    [
      '${',
      '${ is not followed by the name of a variable; write ${NAME}, or $${ for the two characters themselves',
    ],
    [
      '${}',
      '${ is not followed by the name of a variable; write ${NAME}, or $${ for the two characters themselves',
    ],
    [
      '${ SET}',
      '${ is not followed by the name of a variable; write ${NAME}, or $${ for the two characters themselves',
    ],
    ['${SET', '${SET has no closing brace; write ${SET}'],
    ['${UNSET:-${SET}', '${UNSET has no closing brace; write ${UNSET}'],
    [
      '${SET!}',
      '${SET is followed by something that is not understood; write ${SET}, ${SET:-default}, ${SET:?message} or ${SET:+other}',
    ],
    ['${UNSET:?say which}', 'the variable UNSET is not set: say which; set UNSET in the environment'],
    ['${EMPTY:?}', 'the variable EMPTY is empty; set EMPTY in the environment'],
    ['${UNSET?ask $OTHER}', 'the variable UNSET is not set: ask other; set UNSET in the environment'],
  ])('%s is an error', (text, line) => {
    const [problem] = interpolate(text, ENV).problems;
    expect(`${problem?.message}; ${problem?.suggestion}`).toBe(line);
    expect(problem?.severity).toBe('error');
  });

  test('is an error when defaults are nested without end', () => {
    expect(interpolate('${A:-'.repeat(50_000), {}).problems[0]?.message).toBe(
      '${…} stands 20 deep inside others',
    );
  });
});

describe('in a topology file', () => {
  test('a variable that is not set is empty, with a warning', () => {
    expect(linesOf('image: redis:8${SUFFIX}')).toEqual([
      't.yaml:1:15: warning: image: the variable SUFFIX is not set, so nothing stands in its place; set SUFFIX in the environment, or give it a default: ${SUFFIX:-default}',
    ]);
  });

  test('a number that comes from an unset variable is said to be empty, next to the warning', () => {
    expect(linesOf('sentinel:\n  quorum: ${Q}')).toEqual([
      't.yaml:2:11: warning: sentinel.quorum: the variable Q is not set, so nothing stands in its place; set Q in the environment, or give it a default: ${Q:-default}',
      't.yaml:2:11: sentinel.quorum: is empty, and so not a whole number from 1; write for example quorum: 2',
    ]);
  });

  test('an error points at the variable', () => {
    expect(linesOf('name: a\nimage: "redis:${TAG:?which one}"')).toEqual([
      't.yaml:2:15: image: the variable TAG is not set: which one; set TAG in the environment',
    ]);
  });

  test('a plain value takes the type of what was filled in', () => {
    expect(topologyOf('sentinel:\n  quorum: ${Q:-1}').sentinel.quorum).toBe(1);
    expect(topologyOf('replicas: $N', { N: '4' }).redis).toHaveLength(5);
    expect(topologyOf('name: g$N', { N: '4' }).name).toBe('g4');
  });

  test('a value in quotes stays text', () => {
    expect(linesOf('sentinel: {quorum: "${Q:-2}"}')).toEqual([
      't.yaml:1:20: sentinel.quorum: "2" is text, not a whole number from 1; write it without quotes: 2',
    ]);
    expect(topologyOf('name: "${N}"', { N: '12' }).name).toBe('12');
  });

  test('a variable cannot add keys or lines', () => {
    expect(linesOf('image: ${I}', { I: 'redis:8\nname: evil' })).toEqual([
      't.yaml:1:8: image: "redis:8\\u000aname: evil" is not the name of an image; write for example image: redis:8',
    ]);
    expect(linesOf('redis: {config: {maxmemory: "${M}"}}', { M: '1mb\nport 1' })).toEqual([
      't.yaml:1:29: redis.config.maxmemory: the value has a line break; write a list for several lines of one directive',
    ]);
  });

  test('a number in config stays as the variable had it', () => {
    expect(topologyOf('redis:\n  config:\n    maxmemory: ${M}', { M: '0x10' }).redis[0].directives).toEqual([
      { name: 'maxmemory', value: '0x10' },
    ]);
  });
});
