/**
 * The edit distance of two texts (optimal string alignment): insertions, deletions, changes, and swaps of neighbours.
 * Infinity if it is more than `most`. If the lengths differ by more than `most`, nothing is compared. An attacker may
 * choose one of the texts, so this bounds the work.
 */
export function stepsBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  let earlier: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (earlier[j - 2] ?? 0) + 1
          : changed;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed, swapped));
    }
    earlier = last;
    last = row;
  }
  const steps = last[b.length] ?? 0;
  return steps > most ? Infinity : steps;
}
