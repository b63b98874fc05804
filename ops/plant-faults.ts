import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Fault, faults } from '../test/model/planted-faults.ts';

/*
 * npm run model:faults -- [--histories 2000] [--seed 1] [--only WORDS]
 *
 * Plants each fault of test/model/planted-faults.ts in a copy of the tree, and plays histories until the model finds it.
 * A fault that needs two calls at the same time is looked for by test/model/once.test.ts. Ends with 1 if a fault was not
 * found.
 */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});

const root = new URL('..', import.meta.url).pathname;
const needed = [
  'src',
  'db',
  'test',
  'ops',
  'openapi',
  'packages',
  'web',
  'package.json',
  'vitest.config.ts',
  'tsconfig.json',
];

async function copyOfTree(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'sallyport-faults-'));
  const filter = (path: string) => !path.includes('/node_modules');
  for (const name of needed) await cp(join(root, name), join(copy, name), { recursive: true, filter });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** What the model says with a fault: a disagreement, or nothing. */
async function playWith(copy: string, isRace: boolean): Promise<string> {
  const { histories, seed } = values;
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const program = isRace
    ? [vitest, 'run', '--project', 'stories', 'test/model/once.test.ts']
    : ['ops/model.ts', '--histories', histories, '--seed', seed, '--no-shrink'];
  const child = spawn(process.execPath, program, { cwd: copy });
  let said = '';
  const add = (chunk: Buffer) => {
    said += String(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', add);
  await new Promise((resolve) => child.once('exit', resolve));
  return said;
}

async function find(copy: string, { what, file, text, instead, isRace = false }: Fault): Promise<boolean> {
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  if (source.split(text).length !== 2) throw new Error(`No place for the fault: ${what}`);
  const began = Date.now();
  await writeFile(
    path,
    source.replace(text, () => instead),
  );
  const said = await playWith(copy, isRace);
  await writeFile(path, source);
  const seconds = Math.round((Date.now() - began) / 1000);
  const sign = isRace ? raceSign : historySign;
  const found = sign.exec(said);
  if (!found && !/model: \d+ histories|once\.test\.ts/.test(said))
    throw new Error(`The model did not run: ${said}`);
  process.stdout.write(`${found ? 'found' : 'NOT FOUND'}: ${what} (${seconds} s)\n`);
  if (found) process.stdout.write(`${found.groups?.last ?? found[0]}\n`);
  return found !== null;
}

/** What was asked last, what is allowed, and what was answered. */
const historySign = /The service and the model disagree[\s\S]*?(?<last>.*\n {2}\S.*)/;
const raceSign = /\d+ (uses succeeded|sessions were opened)/;

const copy = await copyOfTree();
try {
  const chosen = faults.filter(({ what }) => what.includes(values.only));
  let missed = 0;
  for (const fault of chosen) missed += (await find(copy, fault)) ? 0 : 1;
  process.stdout.write(`${chosen.length - missed} of ${chosen.length} faults found, seed ${values.seed}\n`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  await rm(copy, { recursive: true });
}
