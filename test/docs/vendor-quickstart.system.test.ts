import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocksOf, readDocument } from '../support/document.ts';

const run = promisify(execFile);
const document = readDocument('docs/vendor-quickstart.md');
const textOf = (name: string) => blocksOf(document).find((block) => block.name === name)?.text ?? '';

test('the line for cron runs what the page has tried, at a minute of the night', () => {
  const line = textOf('cron').split('\n')[1] ?? '';
  const [, minute, hour, rest = ''] = /^(\d+) (\d+) \* \* \* (.*)$/.exec(line) ?? [];
  expect(Number(minute)).toBeLessThan(60);
  expect(Number(minute)).toBeGreaterThan(0);
  expect(Number(hour)).toBeLessThan(24);
  expect(rest).not.toContain('%');
  const tried = blocksOf(document)
    .find(({ kind, text }) => kind === 'run' && text.startsWith('flock'))
    ?.text.trim();
  expect(rest).toBe(`cd /opt/vendor && ${tried} >>nightly.ndjson`);
});

test('needs neither npm nor the repository', () => {
  const seen = document.replace(/<!--.*?-->/gs, '');
  expect(seen).not.toMatch(/npm (ci|run|start|install)|npx |require\(/);
});

const hasSystemd = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);
if (!hasSystemd) process.stdout.write('systemd-analyze is not here: its tests are left out.\n');

test.runIf(hasSystemd)('the service and the timer are units that systemd understands', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-vendor-'));
  try {
    const units = ['vendor-nightly.service', 'vendor-nightly.timer'];
    for (const name of units) await writeFile(join(folder, name), textOf(name));
    const { stdout, stderr } = await run('systemd-analyze', [
      'verify',
      ...units.map((name) => join(folder, name)),
    ]);
    expect(stdout + stderr).not.toContain('vendor-nightly');
    const { stdout: next } = await run('systemd-analyze', ['calendar', '*-*-* 03:17']);
    expect(next).toContain('03:17:00');
  } finally {
    await rm(folder, { recursive: true });
  }
});
