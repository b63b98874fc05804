/** The moment of the pictures, a Wednesday morning in Spokane. Each run has the same times, so the same pictures come out. */
export const today = new Date('2026-10-14T16:30:00Z');

/** When the county began to use the service. */
export const installed = new Date('2026-08-03T15:00:00Z');
/** The first day of the rollout. */
export const begin = new Date('2026-09-21T15:00:00Z');

let now = installed.getTime();

/**
 * Stops the clock of this process, and so that of the service and of its embedded database, which both run in it. From
 * now on only `moveClock` and `advanceClock` move it. Timers go on.
 */
export function stopClock(): void {
  globalThis.Date = new Proxy(Date, {
    construct: (real, given, target) => Reflect.construct(real, given.length === 0 ? [now] : given, target),
    get: (real, name, receiver) => (name === 'now' ? () => now : Reflect.get(real, name, receiver)),
  });
}

export function moveClock(to: Date): void {
  now = to.getTime();
}

export function advanceClock(seconds: number): void {
  now += seconds * 1000;
}
