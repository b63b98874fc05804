import { afterAll, beforeAll, test } from 'vitest';
import { openSetting, play } from './play.ts';

/*
 * Histories of a user and two administrators: after each call the answer is one that the facts allow. These are as many as
 * a run of all tests has time for. `npm run model` plays more, on two instances.
 */
let setting: Awaited<ReturnType<typeof openSetting>>;
beforeAll(async () => {
  setting = await openSetting(1);
});
afterAll(() => setting.close());

test('no history has an answer that the facts do not allow', async () => {
  const seed = 738_988_071; // the same for everybody: npm run model plays others
  const disagreement = await play(setting, { histories: 150, seed, instances: 1 });
  if (disagreement !== null) throw new Error(disagreement);
});
