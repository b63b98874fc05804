import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';

/**
 * Preloaded into every Node process of a document that is played (see play-document.ts): to wait is to move the clock
 * of all of them on, in a file that they share. Plain JavaScript, for dozens of short processes load it.
 */
const file = process.env.TEST_CLOCK;
const aheadMs = () => Number(readFileSync(file, 'utf8')) * 1000;

// The service compares its clock with that of a database server, which has to be as far ahead.
if (process.env.DATABASE_URL) {
  globalThis.testClockAhead = () => aheadMs() / 1000;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      return url.endsWith('/db/availability.ts')
        ? { ...loaded, source: moved(String(loaded.source)) }
        : loaded;
    },
  });
} else {
  // To optimize the embedded database takes longer than it lives here.
  setFlagsFromString('--liftoff-only');
}

function moved(source) {
  const theirs = 'statement_timestamp()';
  if (!source.includes(theirs)) throw new Error(`db/availability.ts does not read ${theirs}`);
  return source.replace(theirs, `${theirs} + make_interval(secs => \${globalThis.testClockAhead()})`);
}

const realNow = Date.now;
const now = () => realNow() + aheadMs();

globalThis.Date = new Proxy(Date, {
  construct: (real, given, target) => Reflect.construct(real, given.length === 0 ? [now()] : given, target),
  get: (real, name, receiver) => (name === 'now' ? now : Reflect.get(real, name, receiver)),
});

timers.setTimeout = async (ms) => writeFileSync(file, String((aheadMs() + ms) / 1000));
syncBuiltinESMExports();
