import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { readShipped, writeShipped } from '../../src/features/compliance/shipped-results.ts';

test('a process reads its source once, however often somebody asks for the results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-shipped-'));
  const file = join(folder, 'release-results.json');
  const results = { run: { at: new Date(), tests: [], brokenFiles: [] }, contract: null };
  writeFileSync(file, writeShipped(results));
  const { readFileSync } = fs;
  let read = 0;
  fs.readFileSync = ((...args: Parameters<typeof readFileSync>) => {
    read += 1;
    return readFileSync(...args);
  }) as typeof readFileSync;
  syncBuiltinESMExports();
  onTestFinished(() => {
    fs.readFileSync = readFileSync;
    syncBuiltinESMExports();
    rmSync(folder, { recursive: true });
  });
  for (let asked = 0; asked < 3; asked += 1) expect(readShipped(pathToFileURL(file))).toEqual(results);
  expect(read).toBe(3); // the results alone
});
