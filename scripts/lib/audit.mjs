/**
 * What `npm audit --json` has found. A registry that does not answer such questions, as a mirror or a
 * machine without a network, is no failure: it is said.
 *
 * @param {string} stdout
 * @param {string} stderr
 * @returns {{ isClean: boolean, message: string }}
 */
export function auditVerdict(stdout, stderr) {
  const report = parse(stdout);
  const found = report?.vulnerabilities;
  if (typeof found !== 'object' || found === null) {
    const told = report?.message ?? report?.error?.summary ?? firstLine(stderr);
    const reason = told ? `: ${withoutAddress(told)}` : '';
    return { isClean: true, message: `Not audited, as the registry does not answer audits${reason}.` };
  }
  const names = Object.entries(found).map(([name, { severity }]) => `${name} (${severity})`);
  if (names.length === 0) return { isClean: true, message: 'No package has a known vulnerability.' };
  return {
    isClean: false,
    message: `Known vulnerabilities: ${names.join(', ')}. \`npm audit\` tells more.`,
  };
}

/**
 * @typedef {object} Audit
 * @property {Readonly<Record<string, { severity?: string }>> | undefined} [vulnerabilities]
 * @property {string} [message]
 * @property {{ summary?: string }} [error]
 */

/**
 * @param {string} text
 * @returns {Audit | null}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Which registry it was is this machine's own business. */
function withoutAddress(/** @type {string} */ text) {
  return text.replace(/\s*-?\s*(?:POST|GET)?\s*https?:\/\/\S+/g, '').trim();
}

function firstLine(/** @type {string} */ text) {
  return text.split('\n').find((line) => line.trim() !== '');
}
