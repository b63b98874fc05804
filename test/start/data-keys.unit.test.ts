import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { loadDataKeys } from '../../src/service/embedded-keys.ts';

/** A folder that is not there yet. */
async function newDataDir() {
  const parent = await mkdtemp(join(tmpdir(), 'sallyport-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  return join(parent, 'data');
}

async function madeDataDir() {
  const dataDir = await newDataDir();
  return { dataDir, keys: await loadDataKeys(dataDir), file: join(dataDir, 'vault-keys') };
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const oneLine = /^.+$/;

describe('the keys of an embedded database', () => {
  test('are made at the first start and found at the second', async () => {
    const { dataDir, keys, file } = await madeDataDir();
    expect(keys).toEqual([{ id: expect.stringMatching(/^k[0-9a-f]{8}$/), key: expect.any(Buffer) }]);
    expect(keys[0].key).toHaveLength(32);
    expect(await loadDataKeys(dataDir)).toEqual(keys);
    expect(await readFile(file, 'utf8')).toBe(`${keys[0].id}:${keys[0].key.toString('base64')}\n`);
  });

  test('are for nobody else to read', async () => {
    const { dataDir, file } = await madeDataDir();
    expect(await modeOf(dataDir)).toBe(0o700);
    expect(await modeOf(file)).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['vault-keys']);
  });

  test('are others in another folder', async () => {
    const [one, other] = [await madeDataDir(), await madeDataDir()];
    expect(one.keys[0].key).not.toEqual(other.keys[0].key);
  });

  test('may be several once somebody has added one', async () => {
    const { dataDir, keys, file } = await madeDataDir();
    const associatedData = { table: 'factors', row: '1', column: 'data' };
    const sealed = createVault(keys).encrypt('JBSWY3DP', associatedData);
    const [added] = await loadDataKeys('memory:');
    await writeFile(file, `${added.id}:${added.key.toString('base64')},${await readFile(file, 'utf8')}`);
    const both = await loadDataKeys(dataDir);
    expect(both).toEqual([added, ...keys]);
    expect(createVault(both).decrypt(sealed, associatedData)).toBe('JBSWY3DP');
  });

  test('are fresh in memory, and written nowhere', async () => {
    const [one, other] = [await loadDataKeys('memory:'), await loadDataKeys('memory:')];
    expect(one[0].key).toHaveLength(32);
    expect(one[0].key).not.toEqual(other[0].key);
    await expect(stat('memory:')).rejects.toThrow('ENOENT');
  });

  test('are the same for all who start at once', async () => {
    const dataDir = await newDataDir();
    const all = await Promise.all(Array.from({ length: 16 }, () => loadDataKeys(dataDir)));
    for (const keys of all) expect(keys).toEqual(all[0]);
    expect(await readdir(dataDir)).toEqual(['vault-keys']);
  });

  test('are the same for processes that start at once', async () => {
    const dataDir = await newDataDir();
    const source = JSON.stringify(new URL('../../src/service/embedded-keys.ts', import.meta.url).href);
    const script = `const { loadDataKeys } = await import(${source});
      console.log((await loadDataKeys(${JSON.stringify(dataDir)}))[0].key.toString('hex'));`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    const outputs = await Promise.all(Array.from({ length: 4 }, run));
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(outputs[0]?.stdout).toMatch(/^[0-9a-f]{64}\n$/);
  });

  test('are made although a start before died while it made them', async () => {
    const dataDir = await newDataDir();
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'vault-keys.0123456789abcdef'), 'k1:');
    expect((await loadDataKeys(dataDir))[0].key).toHaveLength(32);
  });
});

describe('a start is refused', () => {
  test.each([0o640, 0o604, 0o644, 0o666, 0o620])('if the file has the mode %o', async (mode) => {
    const { dataDir, file } = await madeDataDir();
    await chmod(file, mode);
    const refusal = loadDataKeys(dataDir);
    await expect(refusal).rejects.toThrow(`Other users of this machine can read ${file}.`);
    await expect(refusal).rejects.toThrow(oneLine);
  });

  test.each([
    ['is empty', ''],
    ['ends too soon', 'k1:bm90IGEga2V5'],
    ['holds something else', '{"key":"hush"}\n'],
    ['holds zeros', `k1:${Buffer.alloc(32).toString('base64')}`],
  ])('if the file %s', async (_name, text) => {
    const { dataDir, file } = await madeDataDir();
    await writeFile(file, text);
    const message = await loadDataKeys(dataDir).catch(({ message }: Error) => message);
    expect(message).toMatch(/^.+vault-keys is damaged: .+$/);
    if (text) expect(message).not.toContain(text.trim());
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('if the database is there and its keys are not', async () => {
    const { dataDir, keys, file } = await madeDataDir();
    await mkdir(join(dataDir, 'database'));
    expect(await loadDataKeys(dataDir)).toEqual(keys);
    await rm(file);
    const refusal = loadDataKeys(dataDir);
    await expect(refusal).rejects.toThrow(`${file} is missing`);
    await expect(refusal).rejects.toThrow(oneLine);
    expect(await readdir(dataDir)).toEqual(['database']);
  });

  test('if the file is a link to nowhere', async () => {
    const dataDir = await newDataDir();
    await mkdir(dataDir);
    await symlink(join(dataDir, 'elsewhere'), join(dataDir, 'vault-keys'));
    await expect(loadDataKeys(dataDir)).rejects.toThrow('vault-keys cannot be created');
  });
});
