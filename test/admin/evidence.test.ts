import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
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

  test('is not for the helpdesk', async () => {
    const desk = await staff(world, 'helpdesk');
    expect((await desk.get('/admin/evidence')).body.type).toBe('/problems/insufficient-scope');
  });
});
