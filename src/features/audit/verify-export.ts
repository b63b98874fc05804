import type { Checkpoint } from '../../domain/audit/seal.ts';
import { createChecker } from '../../lib/crypto/audit-signer.ts';
import { compareOutside } from './compare-outside.ts';
import { type Head, readLine } from './log-line.ts';
import type { LogRecord } from './read-log.ts';
import { verifyChain } from './verify-chain.ts';
import type { Verified } from './verify-log.ts';

/**
 * A checkpoint from shortly before the export needs no seal in the export. The seal may have been in progress, and
 * two clocks may differ by this much.
 */
const marginMs = 10_000;

/**
 * Verifies an export without the service and its database. It needs the lines of the export, the checkpoints that
 * left the database and the trusted public keys. Throws an Error that names an invalid line, or says that the export
 * is incomplete.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  keys: readonly string[],
  checkpoints: AsyncIterable<Checkpoint> | undefined,
): Promise<Verified & { readonly exportedAt: string }> {
  const reading = readLines(lines);
  const first = (await reading.next()).value;
  if (!first || !('export' in first))
    throw new Error('Line 1 must be {"export": …}. This is not a complete export.');
  const { at: exportedAt, after } = first.export;
  if (after !== 0)
    throw new Error(`This export starts after seal ${after}. Only a complete export can be verified.`);
  let isWhole = false;

  async function* records(): AsyncGenerator<LogRecord> {
    for await (const record of reading) {
      if ('export' in record)
        throw new Error('There is a second line {"export": …}: the file holds two exports.');
      if ('end' in record) isWhole = !record.end.more;
      yield record;
    }
  }
  const outside = compareOutside(null, checkpoints, 0, Date.parse(exportedAt) - marginMs);
  const report = await verifyChain(records(), createChecker(keys), undefined, outside.seen);
  if (!report.fault && !isWhole) throw new Error('The export has no line {"end": …}: its end is missing.');
  const fault = report.fault ?? (await outside.rest());
  return { ...report, fault, compared: outside.compared(), exportedAt };
}

async function* readLines(lines: AsyncIterable<string>): AsyncGenerator<LogRecord | Head> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    try {
      yield readLine(line);
    } catch (cause) {
      throw new Error(`Line ${number}: ${cause instanceof Error ? cause.message : 'unreadable'}`, { cause });
    }
  }
}
