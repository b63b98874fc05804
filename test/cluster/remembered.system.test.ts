import { beforeEach, describe, expect, test } from 'vitest';
import { createTtlCache } from '../../src/lib/ttl-cache.ts';

describe('what an instance remembers of a row', () => {
  type Row = { readonly owner: string; readonly value: number };
  let reads: number;
  let rows: ReturnType<typeof createTtlCache<Row>>;
  beforeEach(() => {
    reads = 0;
    rows = createTtlCache<Row>(({ owner }) => owner);
  });
  const load = async () => {
    reads += 1;
    return { owner: 'ann', value: reads };
  };
  const at = (ms: number) => new Date(1_800_000_000_000 + ms);
  const valueAt = async (ms: number) => (await rows.find('key', at(ms), load))?.value;

  test('SE-7 is at most five seconds old, though no notification comes', async () => {
    expect(await valueAt(0)).toBe(1);
    expect(await valueAt(4_999)).toBe(1);
    expect(await valueAt(5_000)).toBe(2);
  });

  test('SE-7 is read again where the clock was set back', async () => {
    expect(await valueAt(0)).toBe(1);
    expect(await valueAt(-1)).toBe(2);
  });

  test('SE-7 is forgotten with its owner, and no other', async () => {
    await valueAt(0);
    rows.forget('bob');
    expect(await valueAt(1)).toBe(1);
    rows.forget('ann');
    expect(await valueAt(2)).toBe(2);
  });

  test('SE-7 is not kept where the word of a change came while it was read', async () => {
    const slow = async () => {
      const row = await load();
      rows.forget('ann');
      return row;
    };
    expect((await rows.find('key', at(0), slow))?.value).toBe(1);
    expect(await valueAt(1)).toBe(2);
  });

  test('SE-7 is read again for a caller that must be sure', async () => {
    await valueAt(0);
    expect((await rows.find('key', at(1), load, { fresh: true }))?.value).toBe(2);
  });

  test('SE-7 what is not there is not remembered', async () => {
    expect(await rows.find('key', at(0), async () => undefined)).toBeUndefined();
    expect(await valueAt(1)).toBe(1);
  });
});
