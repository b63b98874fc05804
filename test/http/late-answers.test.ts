import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { until } from '../support/programs.ts';
import { eventsOf } from '../support/second-factor.ts';
import { createWorld, type World } from '../support/world.ts';

const quoted = 'Key (username)=(somebody) already exists.';

let world: World;
let work: PromiseWithResolvers<boolean> | null = null;
let isChecking = false;
/** The clock by which requests are timed goes on only where a test says so. */
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const plain = createHasher({ memoryKiB: 1024, passes: 1 });
  const verify: typeof plain.verify = (...given) => {
    isChecking = work !== null;
    return work?.promise ?? plain.verify(...given);
  };
  world = await createWorld({ hasher: { ...plain, verify } });
});
afterAll(async () => {
  await world.close();
  vi.useRealTimers();
});

/** A login whose password takes so long to check that it is answered before; then what `end` makes of it. */
async function late(end: (work: PromiseWithResolvers<boolean>) => void) {
  const ann = await world.user();
  world.logs.length = 0;
  const held = Promise.withResolvers<boolean>();
  work = held;
  isChecking = false;
  const login = ann.login();
  await until('the password is being checked', () => isChecking);
  vi.advanceTimersByTime(9_900);
  const answer = await login;
  work = null;
  end(held);
  return { ann, answer };
}
const lines = () => world.logs.map((line) => JSON.parse(line));
const inTime = { status: 503, type: '/problems/dependency-unavailable', headers: { 'retry-after': '2' } };

describe('HT-5 work that takes longer than anybody waits', () => {
  test('is answered within ten seconds, and once, though it is done after all', async () => {
    const { ann, answer } = await late((work) => work.resolve(true));
    expect(answer).toMatchObject(inTime);
    const types = async () => (await eventsOf(world, ann.id)).map(({ type }) => type);
    await expect.poll(types).toContain('authn_login_success');
    expect((await ann.login()).status).toBe(200); // and everything that had to be logged is
    expect(lines().map(({ msg }) => msg)).toEqual(['refused', 'answered', 'answered']);
  });

  test('AU-4: the log says that it failed afterwards, and quotes nothing', async () => {
    const { answer } = await late((work) =>
      work.reject(Object.assign(new Error(quoted), { detail: quoted })),
    );
    expect(answer).toMatchObject(inTime);
    await expect
      .poll(() => lines().at(-1))
      .toMatchObject({ level: 50, msg: expect.stringMatching(/^unexpected error/) });
    expect(lines().at(-1).cause).toMatch(/^Error at /);
    expect(world.logs.join()).not.toContain('already exists');
  });
});
