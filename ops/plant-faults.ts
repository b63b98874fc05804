import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Fault, faults } from '../test/model/planted-faults.ts';

/*
 * npm run model:faults -- [--histories 300] [--seed 1] [--only WORDS]
 *
 * Plants each fault of test/model/planted-faults.ts in a copy of the tree, and plays histories until the model finds it.
 * Ends with 1 if a fault was not found.
 */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});

const root = new URL('..', import.meta.url).pathname;
const needed = [
  'src',
  'db',
  'test',
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
async function playWith(copy: string): Promise<string> {
  const env = {
    ...process.env,
    MODEL_HISTORIES: values.histories,
    MODEL_SEED: values.seed,
    MODEL_SHRINK: 'no',
  };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = ['run', '--project', 'stories', 'test/model/histories.test.ts'];
  const child = spawn(process.execPath, [vitest, ...options], { cwd: copy, env });
  let said = '';
  const add = (chunk: Buffer) => {
    said += String(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', add);
  await new Promise((resolve) => child.once('exit', resolve));
  return said;
}

async function find(copy: string, { what, file, text, instead }: Fault): Promise<boolean> {
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  if (source.split(text).length !== 2) throw new Error(`No place for the fault: ${what}`);
  const began = Date.now();
  await writeFile(
    path,
    source.replace(text, () => instead),
  );
  const said = await playWith(copy);
  await writeFile(path, source);
  const seconds = Math.round((Date.now() - began) / 1000);
  const played = /model: (\d+) histories/.exec(said)?.[1] ?? 'no';
  const found = said.includes('The service and the model disagree');
  if (!found && played === 'no') throw new Error(`The model did not run: ${said}`);
  process.stdout.write(`${found ? 'found' : 'NOT FOUND'}: ${what} (${played} histories, ${seconds} s)\n`);
  if (found) process.stdout.write(`${lastLines(said)}\n`);
  return found;
}

/** What was asked last, what is allowed, and what was answered. */
function lastLines(said: string): string {
  const lines = said.split('\n');
  const at = lines.findIndex((line) => /^ {2}(allowed|.*must|no factor|the device|\d+ attempts)/.test(line));
  return lines.slice(Math.max(0, at - 1), at + 1).join('\n');
}

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
