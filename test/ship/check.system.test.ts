import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../support/document.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-check-'));
  for (const name of ['tsc', 'biome', 'knip']) await program(name, 'exit 0');
});
afterEach(() => rm(folder, { recursive: true }));

/** Stands in for a part of the check. It notes what it was asked for. */
async function program(name: string, script: string): Promise<void> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\necho "${name} $*" >>${folder}/asked\n${script}\n`);
  await chmod(file, 0o755);
}

async function check() {
  const env = { PATH: `${folder}:${dirname(process.execPath)}:${process.env.PATH}` };
  const code = await new Promise<{ code: number; stdout: string }>((resolve) =>
    execFile(process.execPath, ['ops/check.ts'], { cwd: root, env }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout }),
    ),
  );
  return {
    ...code,
    asked: (await readFile(join(folder, 'asked'), 'utf8')).split('\n').filter(Boolean).sort(),
  };
}

const parts = [
  'biome check .',
  'knip ',
  'tsc --singleThreaded',
  'tsc -p packages/client --singleThreaded',
  'tsc -p web --singleThreaded',
];

describe('npm run check', () => {
  test('asks every part', async () => {
    expect(await check()).toMatchObject({ code: 0, asked: parts });
  });

  test.each(['tsc', 'biome', 'knip'])(
    'fails where %s fails, shows what it said, and asks the others',
    async (name) => {
      await program(name, 'echo "a fault"; echo "and why" >&2; exit 2');
      const { code, stdout, asked } = await check();
      expect({ code, asked }).toEqual({ code: 1, asked: parts });
      expect(stdout).toContain('a fault\nand why\n');
      expect(stdout).toContain(`${name}`);
    },
  );

  test('fails where a part is ended by a signal', async () => {
    await program('knip', 'kill -9 $$');
    expect(await check()).toMatchObject({ code: 1 });
  });
});
