import { describe, expect, it } from 'vitest';
import { auditVerdict } from '../../../scripts/lib/audit.mjs';

describe('what npm audit has found', () => {
  it('is nothing', () => {
    expect(auditVerdict(JSON.stringify({ vulnerabilities: {} }), '').isClean).toBe(true);
  });

  it('is named, and fails', () => {
    const vulnerabilities = { left: { severity: 'high' }, right: { severity: 'low' } };
    expect(auditVerdict(JSON.stringify({ vulnerabilities }), '')).toEqual({
      isClean: false,
      message: 'Known vulnerabilities: left (high), right (low). `npm audit` tells more.',
    });
  });

  it.each([
    [JSON.stringify({ message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1' }), ''],
    ['', 'npm error 405 Method Not Allowed\nnpm error more'],
    ['{"half', 'npm error 405 Method Not Allowed'],
  ])('is not known where the registry does not answer: %s', (stdout, stderr) => {
    const { isClean, message } = auditVerdict(stdout, stderr);
    expect(isClean).toBe(true);
    expect(message).toContain('405 Method Not Allowed');
    expect(message).not.toContain('://');
  });

  it('is not known without any answer either', () => {
    expect(auditVerdict('', '').message).toBe('Not audited, as the registry does not answer audits.');
  });
});
