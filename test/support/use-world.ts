import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { wait } from './actor.ts';
import { serverUrl } from './database.ts';
import { keepState } from './kept-state.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

/**
 * One world for all tests of a file, or of the `describe` that it is called in. Each test makes users of its own.
 * In each test the clock stands still until the test moves it by `wait`.
 */
export function useWorld(options: WorldOptions | (() => WorldOptions) = {}): World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await createWorld(typeof options === 'function' ? options() : options);
  });
  beforeEach(stopClock);
  afterEach(startClock);
  afterAll(() => world?.close());
  return whenThere(() => world);
}

/**
 * A new world for each test, which takes a tenth of a second each time: for tests that change what all users of a
 * database share. `because` names it.
 */
export function useWorldPerTest(_because: string, options: WorldOptions | (() => WorldOptions) = {}): World {
  let world: World | undefined;
  beforeEach(async () => {
    stopClock();
    world = await createWorld(typeof options === 'function' ? options() : options);
  });
  afterEach(async () => {
    startClock();
    await world?.close();
    world = undefined;
  });
  return whenThere(() => world);
}

/**
 * One world for all tests of a file, whose database each test finds as the first found it: for tests that change what
 * all users of a database share, such as a policy. It takes a tenth of the time of a new world. A test that changes
 * tables or rights, or what the process keeps, needs `useWorldPerTest`. Options in a function may set the clock: it is
 * called before each test.
 */
export function useRestoredWorld(because: string, options: WorldOptions | (() => WorldOptions) = {}): World {
  if (!serverUrl) return useWorldPerTest(because, options);
  const given = () => (typeof options === 'function' ? options() : options);
  let world: World | undefined;
  let restore: (() => Promise<void>) | undefined;
  let isFirst = true;
  beforeAll(async () => {
    stopClock();
    world = await createWorld(given());
    startClock();
    restore = await keepState(world.database.owner);
  });
  beforeEach(async () => {
    stopClock();
    given(); // it may set the clock
    if (world && !isFirst) await restoreWorld(world, restore);
    isFirst = false;
  });
  afterEach(startClock);
  afterAll(() => world?.close());
  return whenThere(() => world);
}

async function restoreWorld({ deps, texts, mails, logs }: World, restore?: () => Promise<void>) {
  await deps.verificationTimes.flush(new Date()); // else they would count for the next test
  await restore?.();
  await deps.reloadPolicies();
  for (const kept of [texts, mails, logs]) kept.length = 0;
}

function stopClock(): void {
  vi.useRealTimers();
  wait(0);
}

function startClock(): void {
  vi.useRealTimers();
}

/** What a hook makes later, under a name that a file can use at once. */
export function whenThere<Made extends object>(made: () => Made | undefined): Made {
  const current = (): Made => {
    const there = made();
    if (!there) throw new Error('This is made in a hook: use it in tests and hooks only.');
    return there;
  };
  return new Proxy({} as Made, {
    get: (_target, name) => Reflect.get(current(), name),
    has: (_target, name) => Reflect.has(current(), name),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_target, name) => ({
      ...Reflect.getOwnPropertyDescriptor(current(), name),
      configurable: true,
    }),
  });
}
