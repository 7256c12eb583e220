/**
 * Did you mean …? An own function of a few lines: the words are short and few, so a package for
 * it would be one more thing to install for everyone.
 */

/** Takes a word and those that would have been right; gives the one that was probably meant. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const plain = simplify(word);
  const same = candidates.find((candidate) => simplify(candidate) === plain);
  if (same !== undefined) return same;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(plain, simplify(candidate));
    if (distance < bestDistance && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return best;
  // `down-after` for `down-after-milliseconds`
  const longer = candidates.filter((candidate) => plain.length >= 4 && simplify(candidate).startsWith(plain));
  return longer.length === 1 ? longer[0] : undefined;
}

/** `downAfterMilliseconds`, `down_after_milliseconds` and `down-after-milliseconds` are one word. */
function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_\s.]/g, '');
}

/** Damerau-Levenshtein (adjacent swaps count as one), row by row. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let distance = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + cost);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, at(beforeLast, column - 2) + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
