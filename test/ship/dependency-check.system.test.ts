import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/document.ts';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-npm-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a script with an npm that answers so. */
async function withNpm(said: unknown, script: string, ...args: string[]) {
  await writeFile(join(folder, 'said.json'), typeof said === 'string' ? said : JSON.stringify(said));
  await writeFile(join(folder, 'npm'), `#!/bin/sh\ncat ${join(folder, 'said.json')}\n`);
  await chmod(join(folder, 'npm'), 0o755);
  const env = { PATH: `${folder}:${dirname(process.execPath)}:${process.env.PATH}` };
  return run(process.execPath, [script, ...args], { cwd: root, env });
}

describe('npm run audit', () => {
  const answer = (severity: string) => ({
    metadata: { vulnerabilities: { [severity]: 1 } },
    vulnerabilities: { 'left-pad': { severity, range: '<2' } },
  });

  test.each(['high', 'critical'])('fails where a hole is %s, and names the package', async (severity) => {
    const stdout = expect.stringContaining(`left-pad <2: ${severity}`);
    await expect(withNpm(answer(severity), 'ops/audit.ts')).rejects.toMatchObject({ code: 1, stdout });
  });

  test('reports others, and passes', async () => {
    const { stdout } = await withNpm(answer('moderate'), 'ops/audit.ts');
    expect(stdout).toBe('Known holes by severity: {"moderate":1}\n');
  });

  test.each([
    ['', 'the registry did not answer'],
    ['<html>Log in to the proxy</html>', 'the registry did not answer'],
    [{ message: 'not to be had' }, 'not to be had'],
    [{ vulnerabilities: {} }, 'the registry did not answer'],
  ])('fails where it could not check, and says so: %j', async (said, why) => {
    const failed = { code: 3, stdout: `Not checked: ${why}\n` };
    await expect(withNpm(said, 'ops/audit.ts')).rejects.toMatchObject(failed);
  });
});

describe('npm run sbom', () => {
  type Component = { name: string; properties?: { name: string; value: string }[]; licenses?: unknown };
  const file = () => join(folder, 'sbom.json');
  const write = (said: unknown) => withNpm(said, 'ops/write-sbom.ts', file());
  let whole: { components: Component[] };
  beforeAll(async () => {
    const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
    whole = JSON.parse((await run('npm', args, { cwd: root, maxBuffer: 2 ** 27 })).stdout);
  });
  const without = (name: string, change: (one: Component) => Component[]) => ({
    ...whole,
    components: whole.components.flatMap((one) => (one.name === name ? change(one) : [one])),
  });

  test('lists what production consists of, and no package of development', async () => {
    await write(whole);
    const names = JSON.parse(await readFile(file(), 'utf8')).components.map(({ name }: Component) => name);
    expect(names).toContain('fastify');
    expect(names).not.toContain('vitest');
    // Built into the pages, by tools that are not.
    for (const name of ['react', 'react-dom', 'react-aria-components', '@tanstack/react-query', 'scheduler'])
      expect(names).toContain(name);
    for (const name of ['vite', '@vitejs/plugin-react', '@types/react']) expect(names).not.toContain(name);
  });

  test('fails where one is missing, says no licence, or is for development', async () => {
    const development = (one: Component) => [{ ...one, properties: [] }];
    await expect(write(without('fastify', () => []))).rejects.toThrow(/fastify@\S+ is missing/);
    await expect(write(without('fastify', (one) => [{ ...one, licenses: [] }]))).rejects.toThrow(
      'fastify says no licence',
    );
    await expect(write(without('react-dom', () => []))).rejects.toThrow(/react-dom@\S+ is missing/);
    await expect(write(without('vitest', development))).rejects.toThrow(/vitest@\S+ is for development/);
  });
});

test('the pipeline asks for both', async () => {
  const lines = (await readFile(join(root, '.ci/run'), 'utf8')).split('\n');
  for (const name of ['sbom', 'audit'])
    expect(lines.filter((line) => line.trim().startsWith(`npm run --silent ${name} `))).toHaveLength(1);
});
