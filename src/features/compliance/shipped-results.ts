import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ContractReport, type TestRun } from './read-results.ts';

/** `npm run release-results` writes this file for a release, and the release includes it. */
export const shippedFile = new URL('release-results.json', import.meta.url);
const folders = ['src', 'db'] as const;
const root = new URL('../../../', import.meta.url);

const Shipped = z.strictObject({
  /** The digest of the tested source: see sourceDigest. */
  source: z.string(),
  run: z.strictObject({
    at: z.iso.datetime().transform((text) => new Date(text)),
    tests: z.array(z.strictObject({ title: z.string(), file: z.string(), passed: z.boolean().nullable() })),
    brokenFiles: z.array(z.string()),
  }),
  contract: ContractReport.nullable(),
});

export type Results = { readonly run: TestRun; readonly contract: ContractReport | null };

/**
 * The results that came with this release. `none`: the release has none. `other`: they belong to another state of the
 * source.
 */
export function readShipped(file: URL = shippedFile): Results | 'none' | 'other' {
  if (!existsSync(file)) return 'none';
  const { source, ...results } = Shipped.parse(JSON.parse(readFileSync(file, 'utf8')));
  return source === sourceDigest() ? results : 'other';
}

export function writeShipped({ run, contract }: Results): string {
  return `${JSON.stringify({ source: sourceDigest(), run, contract })}\n`;
}

/** The source of a running process stays as it is, so it is read once. */
let digest: string | undefined;

/**
 * SHA-256 of every file in `src` and `db`, with its path. After a change to a file, the results no longer match the
 * source.
 */
function sourceDigest(): string {
  digest ??= readSource();
  return digest;
}

function readSource(): string {
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
