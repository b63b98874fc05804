import { describe, expect, test } from 'vitest';
import type { MailFault } from '../../src/features/notices/mail-watch.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { goodPassword } from '../support/world.ts';

let fault: MailFault | null = null;
const world = useWorld({ carriers: {}, app: { mailFault: () => fault } });

describe('without anything that carries mail', () => {
  test('PW-9 the answer of an invitation says that nothing was sent', async () => {
    const root = await staff(world);
    const invitation = { username: 'carl', email: 'carl@example.gov', roles: ['user'] };
    const made = await root.post('/admin/users', invitation);
    expect(made).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    expect(made.body.warning).toMatch(/^Nothing was sent: .*SMTP_URL/);
  });

  test('PW-6 no password is made useless, for no link could bring another', async () => {
    const root = await staff(world);
    const ann = await world.user();
    const reset = (id: string) =>
      root.post(`/admin/users/${id}/password-reset`, { reason: 'seen by somebody' });
    expect(await reset(ann.id)).toMatchObject({ status: 409, body: { reason: 'no_mail_server' } });
    const login = { username: ann.username, password: goodPassword };
    expect((await world.call('POST', '/auth/login', login)).status).toBe(200);
    expect((await reset('00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });

  test.each<MailFault>(['mail_missing', 'mail_failing'])('HT-5 is ready, and warns: %s', async (now) => {
    fault = now;
    const ready = await world.call('GET', '/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ok', warnings: [now] } });
    fault = null;
    expect((await world.call('GET', '/health/ready')).body).toEqual({ status: 'ok' });
  });
});
