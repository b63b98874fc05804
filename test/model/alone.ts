import '../support/without-vitest.mjs';

/*
 * Plays histories in a process of its own, for ops/model.ts, which sets the environment: GIVEN_TO_RUN (see
 * without-vitest.mjs), and PLAN. Ends with 1 at the first history that disagrees.
 */
const { openSetting, play } = await import('./play.ts');

const plan = JSON.parse(process.env.PLAN ?? '');
const setting = await openSetting(plan.instances);
const disagreement = await play(setting, plan);
await setting.close();
if (disagreement !== null) process.stdout.write(`${disagreement}\n`);
process.exit(disagreement === null ? 0 : 1);
