/** Ascending whole numbers as runs. Both ends of a run belong to it. Written as `5-9,11`, or as the empty text. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** `numbers` must be ascending, without duplicates. */
export function rangesOf(numbers: Iterable<number>): Ranges {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const run = ranges.at(-1);
    if (run?.[1] === number - 1) run[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

export function writeRanges(ranges: Ranges): string {
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** Null if `writeRanges` could not have written the text. An attacker may have forged it. */
export function readRanges(text: string): Ranges | null {
  if (text === '') return [];
  const ranges: [number, number][] = [];
  for (const part of text.split(',')) {
    const [, from, to = from] = /^([1-9]\d{0,15})(?:-([1-9]\d{0,15}))?$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    const before = ranges.at(-1)?.[1] ?? -1;
    if (!(first > before + 1 && last >= first && Number.isSafeInteger(last))) return null;
    ranges.push([first, last]);
  }
  return writeRanges(ranges) === text ? ranges : null;
}

export function isIn(ranges: Ranges, number: number): boolean {
  let [low, high] = [0, ranges.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = ranges[middle] ?? [0, -1];
    if (number < first) high = middle - 1;
    else if (number > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** The numbers in `ranges` that are not in `taken`. */
export function without(ranges: Ranges, taken: Ranges): Ranges {
  const left: (readonly [number, number])[] = [];
  let at = 0;
  for (const [first, last] of ranges) {
    let from = first;
    while ((taken[at]?.[1] ?? Number.POSITIVE_INFINITY) < from) at += 1;
    for (let next = at; from <= last; next += 1) {
      const [start, end] = taken[next] ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      if (start > from) left.push([from, Math.min(last, start - 1)]);
      from = Math.max(from, end + 1);
    }
  }
  return left;
}
