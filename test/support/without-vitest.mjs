import { registerHooks } from 'node:module';

/**
 * What the test support takes from Vitest, without Vitest: the clock, and what was given to the run. Imported first, it
 * takes its place. The code of the service then runs as it is, which costs a fifth less, and it starts in a second.
 */
registerHooks({
  resolve: (name, context, next) =>
    name === 'vitest' ? { url: import.meta.url, shortCircuit: true } : next(name, context),
});

const RealDate = Date;
let now = null;

class StoppedDate extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now] : given));
  }
  static now() {
    return now;
  }
}

export const vi = {
  isFakeTimers: () => now !== null,
  useFakeTimers: ({ now: from }) => {
    vi.setSystemTime(from);
  },
  setSystemTime: (time) => {
    now = Number(time);
    globalThis.Date = StoppedDate;
  },
  useRealTimers: () => {
    now = null;
    globalThis.Date = RealDate;
  },
};

const given = JSON.parse(process.env.GIVEN_TO_RUN ?? '{}');
export const inject = (name) => given[name];
