import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { genesis, type SealedEvent } from '../../src/domain/audit/seal.ts';
import { cutLog } from '../../src/features/audit/cut-log.ts';
import { exportLog } from '../../src/features/audit/export-log.ts';
import { writeLine } from '../../src/features/audit/log-line.ts';
import { sealEvents, sealOf, signed } from '../../src/features/audit/seal-events.ts';
import { verifyExport } from '../../src/features/audit/verify-export.ts';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { insertEvents, sealedLog, summaryOf } from '../support/sealed-log.ts';
import { consoleClient, consoleContext, createWorld, type World } from '../support/world.ts';

let world: World;
let head: string;
/** Of a log that was cut: its second line is the cut, through seal 1. */
let lines: readonly string[];
beforeAll(async () => {
  world = await createWorld();
  const old = new Date();
  old.setUTCMonth(old.getUTCMonth() - 20);
  await insertEvents(world, 3, old);
  await sealEvents(world.deps);
  await sealedLog(world, 2, 3);
  await cutLog(world.deps, consoleClient);
  await sealEvents(world.deps);
  const pieces = await exportLog(world.deps, consoleContext(), { userId: null, after: null });
  lines = (await Array.fromAsync(pieces)).join('').trimEnd().split('\n');
  head = lines[0] ?? '';
});
afterAll(() => world.close());

async function* each(items: readonly string[]) {
  yield* items;
}
const verified = async (forged: readonly string[]) =>
  summaryOf(await verifyExport(each(forged), world.deps.vault.signer.keys, undefined));

/** A history that never was, sealed by its forger. */
const nothing = { userId: null, actorId: null, area: null, method: null, factorId: null, sessionId: null };
const invented = [1, 2, 3].map(
  (seq): SealedEvent => ({
    ...{ seq, at: '2026-01-01T00:00:00.000000Z', type: 'mfa_passed', outcome: 'success', ...nothing },
    ...{ requestId: null, ip: '192.0.2.66', userAgent: null, detail: null },
  }),
);
const stranger = createVault([{ id: 'x', key: Buffer.alloc(32, 7) }]).signer;
const seal = writeLine({
  seal: signed(
    stranger,
    sealOf(genesis, { events: invented, expired: 0, now: new Date(), key: stranger.keys[0] }),
  ),
});
const eventLines = invented.map((event) => writeLine({ event }));
const end = writeLine({ end: { number: 0, given: 3, more: false } });

describe('AU-5 an export that was made up', () => {
  test('is not vouched for by a seal of its own', async () => {
    expect(await verified(lines)).toBe('holds');
    expect(await verified([head, ...eventLines, seal, end])).toBe('unsigned seal 1');
  });

  test('nor where its seal stands behind the end', async () => {
    expect(await verified([head, ...eventLines, end, seal])).toBe('inserted seal 1');
    expect(await verified([head, ...eventLines, seal, end, end])).toBe('unsigned seal 1');
    expect(await verified([...lines, end])).toBe('inserted seal 0');
  });

  test('nor by a genuine cut behind it, which is followed by what is genuine', async () => {
    const rest = lines.slice(1);
    expect(await verified([head, ...eventLines, seal, ...rest])).toBe('inserted seal 1');
    expect(await verified([head, ...eventLines, ...rest]), 'without a seal').toBe('inserted seal 1');
    const cut = lines[1] ?? '';
    expect(await verified([head, cut, ...rest]), 'nor is it there twice').toBe('inserted seal 1');
    expect(await verified([head, ...eventLines, end, ...rest]), 'nor behind the end').toBe('inserted seal 1');
    expect(await verified([head, end, ...rest])).toBe('inserted seal 1');
  });

  test('nor where a line says two things at once, and other readers may see the other', async () => {
    const at = lines.findIndex((line) => line.includes('"detail":null,'));
    const line = lines[at] ?? '';
    for (const twice of [
      line.replace('"ip":', '"ip":"192.0.2.66","ip":'),
      line.replace('{"event":', '{"event":{"ip":"192.0.2.66"},"event":'),
      line.replace('"detail":null', '"detail":1e400'),
      line.replace('"username":null', '"username":"ann"'),
      line.replace(/"severity":"\w+"/, '"severity":"other"'),
      ` ${line}`,
    ]) {
      expect(twice).not.toBe(line);
      await expect(verified(lines.with(at, twice)), twice).rejects.toThrow(
        `Line ${at + 1}: This is not a line`,
      );
    }
  });
});
