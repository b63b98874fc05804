/**
 * How long a client waits after a server has answered 429 (RFC 6585 4): as long as the server says, at least a second.
 * The minimum doubles with each refusal in a row. The wait is at most 32 seconds, even if the server asks for more. Up
 * to a quarter is added at random, so that instances do not retry together.
 */
export function createHoldOff(milliseconds: () => number = () => performance.now()) {
  let inARow = 0;
  let until = 0;

  return {
    /** Zero where no wait is left. */
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
