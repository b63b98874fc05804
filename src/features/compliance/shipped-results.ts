import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ContractReport, type TestRun } from './read-results.ts';

/** Written when a release is made (npm run release-results), and shipped with it. */
export const shippedFile = new URL('release-results.json', import.meta.url);
const folders = ['src', 'db'] as const;
const root = new URL('../../../', import.meta.url);

const Shipped = z.strictObject({
  /** Of the source that was tested: see sourceDigest. */
  source: z.string(),
  run: z.strictObject({
    at: z.iso.datetime().transform((text) => new Date(text)),
    tests: z.array(z.strictObject({ title: z.string(), file: z.string(), passed: z.boolean().nullable() })),
    brokenFiles: z.array(z.string()),
  }),
  contract: ContractReport.nullable(),
});

export type Results = { readonly run: TestRun; readonly contract: ContractReport | null };

/** The results that came with this release. `none`: it has none. `other`: they are of another state of the source. */
export function readShipped(file: URL = shippedFile): Results | 'none' | 'other' {
  if (!existsSync(file)) return 'none';
  const { source, ...results } = Shipped.parse(JSON.parse(readFileSync(file, 'utf8')));
  return source === sourceDigest() ? results : 'other';
}

export function writeShipped({ run, contract }: Results): string {
  return `${JSON.stringify({ source: sourceDigest(), run, contract })}\n`;
}

/** SHA-256 of every file that is shipped, with its path: one that was changed since was not tested. */
function sourceDigest(): string {
  const hash = createHash('sha256');
  const files = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`),
  );
  for (const file of files.sort()) {
    if (file === shippedFile.pathname) continue;
    hash
      .update(`${file.slice(root.pathname.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('base64url');
}
