import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readConfig, variableNames } from '../../src/service/config/config.ts';

const run = promisify(execFile);
const unit = join(import.meta.dirname, '../../ops/systemd/sallyport.service');

test('is hardened, and stops after what is under way is through', async () => {
  const text = await readFile(unit, 'utf8');
  for (const line of [
    'DynamicUser=yes',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'CapabilityBoundingSet=',
    'Restart=on-failure',
    'StateDirectory=sallyport',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(16);
});

test('sets variables of the service', async () => {
  const [, line = ''] = /^Environment=(.*)$/m.exec(await readFile(unit, 'utf8')) ?? [];
  const set = Object.fromEntries(line.split(' ').map((pair) => pair.split('=')));
  expect(Object.keys(set).filter((name) => !variableNames.includes(name))).toEqual([]);
  expect(() => readConfig(set)).toThrow('DATABASE_URL'); // which the file of the operator says
});

const verify = async (file: string) => run('systemd-analyze', ['verify', file]);
const hasSystemd = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);

test.runIf(hasSystemd)('is a unit that systemd understands', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-unit-'));
  try {
    const file = join(folder, 'sallyport.service');
    // Where this program is does not matter here, only that there is one.
    const text = (await readFile(unit, 'utf8')).replace('/usr/bin/node', process.execPath);
    await writeFile(file, text);
    const { stdout, stderr } = await verify(file);
    expect(stdout + stderr).not.toContain('sallyport.service');
    const { stdout: security } = await run('systemd-analyze', [
      'security',
      '--offline=true',
      '--threshold=20',
      file,
    ]);
    expect(security).toContain('OK');
  } finally {
    await rm(folder, { recursive: true });
  }
});
