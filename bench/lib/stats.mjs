/** The middle value, or the mean of the two in the middle. */
export function median(/** @type {readonly number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.floor(sorted.length / 2);
  const upper = sorted[at] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[at - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that 95 of 100 do not exceed. */
export function p95(/** @type {readonly number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}

export function spread(/** @type {readonly number[]} */ values) {
  return { shortest: Math.min(...values), longest: Math.max(...values) };
}
