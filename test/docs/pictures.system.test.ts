import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { pictures } from '../../ops/screenshots/pictures.ts';
import { hasBrowser } from '../support/chromium.ts';

test.skipIf(!hasBrowser)(
  '`npm run screenshots` takes each picture of the documents',
  async () => {
    const out = await mkdtemp(join(tmpdir(), 'sallyport-pictures-'));
    try {
      await promisify(execFile)(process.execPath, ['ops/screenshots.ts', '--out', out]);
      expect((await readdir(out)).sort()).toEqual(pictures.map(({ name }) => `${name}.webp`).sort());
      for (const { name } of pictures) {
        const head = await readFile(join(out, `${name}.webp`));
        expect(head.subarray(8, 12).toString()).toBe('WEBP');
        expect(head.length).toBeGreaterThan(5_000); // an empty page is smaller
      }
    } finally {
      await rm(out, { recursive: true });
    }
  },
  300_000,
);
