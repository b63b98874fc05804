import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { scenes, tryOnce } from './once.ts';
import { openSetting } from './play.ts';

const rounds = Number(process.env.MODEL_ROUNDS ?? 6);

// The embedded database belongs to one process.
describe.skipIf(!serverUrl)('on two instances at once, it is good once', () => {
  let setting: Awaited<ReturnType<typeof openSetting>>;
  beforeAll(async () => {
    setting = await openSetting(2);
  });
  afterAll(() => setting.close());
  beforeEach(() => {
    vi.useRealTimers();
    wait(0);
  });
  afterEach(() => void vi.useRealTimers());

  test.each(Object.keys(scenes))('%s', async (name) => {
    const { world, instances } = setting;
    const callers = instances.map(({ call }) => call);
    for (let round = 0; round < rounds; round += 1)
      expect(await tryOnce({ world, callers }, name, round)).toEqual([]);
  });
});
