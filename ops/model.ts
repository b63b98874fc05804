import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

/*
 * npm run model -- [--histories 10000] [--instances 2] [--seed N] [--path P]
 *
 * Plays histories of users, an administrator and thieves against the service, and compares each answer with the facts
 * of test/model. It ends with 1 at the first history that disagrees, and prints it as short as it can be. `--seed` and
 * `--path` play that history again.
 */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    instances: { type: 'string', default: '1' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
});

const whole = (name: 'histories' | 'instances' | 'seed', least: number, most: number): string | undefined => {
  const value = values[name];
  if (value === undefined || (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most))
    return value;
  process.stderr.write(`--${name} must be a whole number from ${least} to ${most}\n`);
  return process.exit(2);
};

const settings = {
  MODEL_HISTORIES: whole('histories', 1, 10_000_000),
  MODEL_INSTANCES: whole('instances', 1, 2),
  MODEL_SEED: whole('seed', 0, 2 ** 31 - 1),
  MODEL_PATH: values.path,
};
const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

const child = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'stories', 'test/model/histories.test.ts'],
  { stdio: 'inherit', env: { ...process.env, ...given } },
);
child.once('exit', (code) => process.exit(code ?? 1));
