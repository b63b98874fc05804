import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, readDocument, root } from '../support/document.ts';

let checkout: string;
const minutes = 60_000;

/** A copy of the project in which somebody does what docs/adding-a-method.md says, word for word, and nothing more. */
beforeAll(async () => {
  checkout = mkdtempSync(join(tmpdir(), 'sallyport-method-'));
  const filter = (file: string) => !file.startsWith(join(root, 'web/dist')); // built
  for (const name of copied) cpSync(join(root, name), join(checkout, name), { recursive: true, filter });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));

  const blocks = blocksOf(readDocument('docs/adding-a-method.md'));
  const textOf = (name: string) => {
    const block = blocks.find((one) => one.name === name);
    if (!block) throw new Error(`The document has no block ${name}`);
    return block.text;
  };
  write('src/features/mfa/providers/printed-card.ts', textOf('printed-card.ts'));
  change('src/features/mfa/providers.ts', /^import { recoveryCodes/m, (line) => `${textOf('import')}${line}`);
  change('src/features/mfa/providers.ts', /^ *recoveryCodes\(\),$/m, (line) => `${textOf('line')}${line}`);
  change('docs/api.md', /^\| and e-mail \|.*\n/m, (line) => `${line}${textOf('row')}`);
  write('test/mfa/printed-card.test.ts', textOf('printed-card.test.ts'));
  cpSync(
    join(root, 'test/docs/adding-a-method.journey.ts'),
    join(checkout, 'test/docs/printed-card.test.ts'),
  );
  expect(textOf('by-hand')).toBe('npm run openapi\n');
  expect(await run('node', 'openapi/write.ts')).toMatchObject({ code: 0 });
}, 2 * minutes);
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

const copied = [
  ...[
    'src',
    'db',
    'test',
    'docs',
    'openapi',
    'bench',
    'ops',
    'packages',
    'web',
    'package.json',
    'package-lock.json',
  ],
  ...[
    'README.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    '.env.example',
    'tsconfig.json',
    'biome.json',
    'knip.json',
    'vitest.config.ts',
  ],
];

test('npm run check finds nothing in the method of the document', { timeout: 3 * minutes }, async () => {
  expect(await run('tsc', '--singleThreaded')).toEqual({ code: 0, printed: '' });
  const lint = await run('biome', 'check', '--vcs-enabled=false', '.');
  expect(lint.code, lint.printed).toBe(0);
  expect(await run('knip')).toEqual({ code: 0, printed: '' });
});

/** Those that hold the methods against a list, a file or a document, and the two of the method itself. */
const concerned = [
  'test/mfa/printed-card.test.ts',
  'test/docs/printed-card.test.ts',
  'test/docs/api-beside-code.test.ts',
  'test/openapi/document.test.ts',
  'test/mfa/sent-code-providers.unit.test.ts',
  'test/mfa/enrolment-token.test.ts',
  'test/mfa/step-up.test.ts',
  'test/mfa/levels.test.ts',
  'test/login/enrolment-token.test.ts',
  'test/architecture.unit.test.ts',
  'test/evidence/compliance.unit.test.ts',
];

test('no test of the service is red, and no file is stale', { timeout: 4 * minutes }, async () => {
  const { code, printed } = await run(
    'vitest',
    'run',
    '--project',
    'units',
    '--project',
    'stories',
    ...concerned,
  );
  expect(code, printed).toBe(0);
  expect(printed).toContain(`${concerned.length} passed (${concerned.length})`);
});

function write(file: string, content: string): void {
  writeFileSync(join(checkout, file), content);
}

function change(file: string, place: RegExp, put: (line: string) => string): void {
  const before = readFileSync(join(checkout, file), 'utf8');
  expect(before, `${file} has no such line`).toMatch(place);
  write(file, before.replace(place, put));
}

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
