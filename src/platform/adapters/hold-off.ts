/**
 * How long somebody who says "too many requests" (RFC 6585 4) is left alone: as long as they say, at least a second, twice
 * as long each time in a row, and never longer than half a minute. A part of it is random, so that instances do not come
 * back together.
 */
export function createHoldOff(milliseconds: () => number = () => performance.now()) {
  let inARow = 0;
  let until = 0;

  return {
    /** Zero where nothing is to be waited for. */
    waitSeconds: () => Math.max(0, (until - milliseconds()) / 1000),
    refused(askedSeconds: number | null): void {
      const own = firstSeconds * 2 ** inARow;
      const seconds = Math.min(Math.max(own, askedSeconds ?? 0), mostSeconds);
      inARow = Math.min(inARow + 1, 10);
      until = Math.max(until, milliseconds() + seconds * (1 + Math.random() / 4) * 1000);
    },
    answered(): void {
      inARow = 0;
    },
  };
}

const firstSeconds = 1;
const mostSeconds = 32;
