import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { gatherEvidence } from '../../src/features/compliance/gather-evidence.ts';
import { eventsOf } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

describe('GET /admin/evidence', () => {
  test('OB-3 an auditor gets one archive, with the state of the audit in it', async () => {
    const auditor = await staff(world, 'auditor');
    const { statusCode, headers, rawPayload } = await world.app.inject({
      url: '/admin/evidence',
      headers: { authorization: `Bearer ${auditor.bearer}` },
    });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('application/zip');
    expect(headers['content-disposition']).toMatch(/^attachment; filename="evidence-\d{4}-\d\d-\d\d\.zip"$/);
    const files = unzipSync(rawPayload);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        'coverage.md',
        'audit.json',
        'requirements.md',
        'keys.json',
        'exemptions.json',
      ]),
    );
    expect(JSON.parse(strFromU8(files['audit.json'] ?? new Uint8Array())).holds).toBe(true);
    const read = (await eventsOf(world, auditor.id)).find(({ type }) => type === 'audit_read');
    expect(read?.detail).toMatchObject({ filters: ['evidence'] });
  });

  test('an instance makes one archive at a time, and a reader gets ten in a quarter of an hour', async () => {
    const auditor = await staff(world, 'auditor');
    const get = () =>
      world.app.inject({ url: '/admin/evidence', headers: { authorization: `Bearer ${auditor.bearer}` } });
    const first = await Promise.all([get(), get(), get()]);
    expect(first.map(({ statusCode }) => statusCode).sort()).toEqual([200, 429, 429]);
    const refused = first.find(({ statusCode }) => statusCode === 429);
    expect(refused?.json()).toMatchObject({
      type: '/problems/too-many-attempts',
      reason: 'rate',
      retry_after: 5,
      detail: 'Another archive is being made. Try again in a few seconds.',
    });
    for (let made = 1; made < 10; made += 1) expect((await get()).statusCode).toBe(200);
    const late = await get();
    expect(late.statusCode).toBe(429);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(60);
    const other = await staff(world, 'auditor');
    const theirs = await other.get('/admin/evidence');
    expect(theirs.status).toBe(200);
  });

  test('says how far the audit was verified, if it is too long for one request', async () => {
    for (let seals = 0; seals < 3; seals += 1) {
      await world.user().then(({ login }) => login());
      await sealEvents(world.deps);
    }
    const given = { run: null, contract: null, checkpoints: null };
    const auditOf = async (isOver?: () => boolean) => {
      const { files } = await gatherEvidence(world.deps, { ...given, ...(isOver && { isOver }) });
      return JSON.parse(files.get('audit.json') ?? '');
    };
    const cut = await auditOf(() => true);
    expect(cut).toMatchObject({ holds: null, more: true, fault: null, lastSeal: 1 });
    expect(cut.says).toContain('/admin/audit/verify?after=1');
    expect(await auditOf()).toMatchObject({ holds: true, more: false, says: null });
  });

  test('is not for the helpdesk', async () => {
    const desk = await staff(world, 'helpdesk');
    expect((await desk.get('/admin/evidence')).body.type).toBe('/problems/insufficient-scope');
  });
});
