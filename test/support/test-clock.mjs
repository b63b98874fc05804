import { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';

/**
 * Preloaded into every Node process of a document that is played (see play-document.ts): to wait is to move the clock
 * of all of them on, in a file that they share. Plain JavaScript, for dozens of short processes load it.
 */
// To optimize the embedded database takes longer than it lives here.
setFlagsFromString('--liftoff-only');

const file = process.env.TEST_CLOCK;
const aheadMs = () => Number(readFileSync(file, 'utf8')) * 1000;
const realNow = Date.now;
const now = () => realNow() + aheadMs();

globalThis.Date = new Proxy(Date, {
  construct: (real, given, target) => Reflect.construct(real, given.length === 0 ? [now()] : given, target),
  get: (real, name, receiver) => (name === 'now' ? now : Reflect.get(real, name, receiver)),
});

timers.setTimeout = async (ms) => writeFileSync(file, String((aheadMs() + ms) / 1000));
syncBuiltinESMExports();
