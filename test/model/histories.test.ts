import { afterAll, beforeAll, test } from 'vitest';
import { openSetting, play } from './play.ts';

/*
 * Histories of a user, an administrator and a helpdesk: after each call the answer is one that the facts allow. These are
 * as many as a run of all tests has time for. `npm run model` plays more.
 */
const { MODEL_HISTORIES = '100', MODEL_SEED, MODEL_PATH, MODEL_INSTANCES, MODEL_SHRINK } = process.env;
const instances = MODEL_INSTANCES === '2' ? 2 : 1;
const seed = MODEL_SEED === undefined ? Date.now() % 2 ** 31 : Number(MODEL_SEED);

let setting: Awaited<ReturnType<typeof openSetting>>;
beforeAll(async () => {
  setting = await openSetting(instances);
});
afterAll(() => setting.close());

test('no history has an answer that the facts do not allow', { timeout: 24 * 3600 * 1000 }, async () => {
  const plan = { histories: Number(MODEL_HISTORIES), seed, path: MODEL_PATH, instances } as const;
  const disagreement = await play(setting, { ...plan, shrink: MODEL_SHRINK !== 'no' });
  if (disagreement !== null) throw new Error(disagreement);
});
