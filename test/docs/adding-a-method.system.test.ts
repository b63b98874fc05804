import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, readDocument, root } from '../support/document.ts';

let checkout: string;

/** A copy of the service in which somebody did what docs/adding-a-method.md says, and nothing more. */
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'sallyport-method-'));
  for (const name of ['src', 'db', 'test/support', 'vitest.config.ts']) {
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  for (const name of ['package.json', 'node_modules']) symlinkSync(join(root, name), join(checkout, name));

  const blocks = blocksOf(readDocument('docs/adding-a-method.md'));
  const textOf = (name: string) => blocks.find((block) => block.name === name)?.text ?? '';
  writeFileSync(join(checkout, 'src/mfa/providers/printed-card.ts'), textOf('printed-card.ts'));
  writeFileSync(join(checkout, 'test/support/printed-card.test.ts'), textOf('printed-card.test.ts'));
  cpSync(join(root, 'test/docs/printed-card.journey.ts'), join(checkout, 'test/support/journey.test.ts'));

  const settings = {
    extends: join(root, 'tsconfig.json'),
    include: ['src/mfa/providers.ts', 'test/support/printed-card.test.ts'],
  };
  writeFileSync(join(checkout, 'tsconfig.json'), JSON.stringify(settings));

  const registry = readDocument('src/mfa/providers.ts')
    .replace(/^import/, "import { printedCard } from './providers/printed-card.ts';\nimport")
    .replace(/^ *recoveryCodes\(\),$/m, (line) => `${textOf('typescript')}${line}`);
  writeFileSync(join(checkout, 'src/mfa/providers.ts'), registry);
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

test('the method of the document compiles', { timeout: 90_000 }, async () => {
  expect(await run('tsc')).toEqual({ code: 0, printed: '' });
});

test('the method of the document passes its own test, and a journey over HTTP', {
  timeout: 90_000,
}, async () => {
  const { code, printed } = await run('vitest', 'run');
  expect(code, printed).toBe(0);
  expect(printed).toContain('3 passed (3)');
});

async function run(command: string, ...given: string[]) {
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(join(root, 'node_modules/.bin', command), given, {
    cwd: checkout,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { printed: await text(child.stdout), code: await ended };
}
