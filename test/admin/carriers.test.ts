import { beforeEach, describe, expect, test } from 'vitest';
import { mailsTo } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let root: Staff;
beforeEach(async () => {
  root = await staff(world);
});

describe('GET /admin/carriers', () => {
  test('OB-5 says what waits in the outbox, and what users can enrol', async () => {
    const before = (await root.get('/admin/carriers')).body;
    expect(before.mail.configured).toBe(true);
    expect(before.methods).toContain('totp');
    expect(before.methods).not.toContain('recovery_code');
    expect((await root.post('/admin/carriers/test-mail', {})).status).toBe(202);
    const after = (await root.get('/admin/carriers')).body;
    expect(after.mail.waiting).toBe(before.mail.waiting + 1);
    expect(Date.parse(after.mail.oldest)).not.toBeNaN();
  });
});

describe('POST /admin/carriers/test-mail', () => {
  test('goes to the own address, and five times at most', async () => {
    const first = await root.post('/admin/carriers/test-mail', {});
    expect(first.status).toBe(202);
    expect(first.body.to).not.toBe(root.email);
    for (let times = 0; times < 4; times += 1) {
      expect((await root.post('/admin/carriers/test-mail', {})).status).toBe(202);
    }
    const sixth = await root.post('/admin/carriers/test-mail', {});
    expect(sixth.body).toMatchObject({ status: 429, reason: 'send' });
    expect(sixth.body.retry_after).toBeGreaterThan(0);
    const mails = (await mailsTo(world, root.email)).filter(({ subject }) =>
      subject.startsWith('A test mail'),
    );
    expect(mails).toHaveLength(5);
  });

  test('is not for an auditor', async () => {
    const auditor = await staff(world, 'auditor');
    expect((await auditor.get('/admin/carriers')).status).toBe(200);
    const { body } = await auditor.post('/admin/carriers/test-mail', {});
    expect(body.type).toBe('/problems/insufficient-scope');
  });
});
