import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { terminalSenders } from '../../src/platform/adapters/terminal.ts';
import { wait } from '../support/actor.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
const lines: string[] = [];
beforeAll(async () => {
  const { sendSms, sendMail } = terminalSenders((line) => void lines.push(line));
  world = await createWorld({ carriers: { sms: { sendSms }, sendMail } });
});
afterAll(() => world.close());

/** What somebody who tries the service reads on the terminal. */
function printedCode(): string {
  return /\b\d{6}\b/.exec(lines.splice(0).join('\n'))?.[0] ?? 'nothing was printed';
}

test.each([
  { method: 'sms', where: { phone: '+15095550177' }, heading: '┌ SMS to +15095550177' },
  { method: 'email', where: { email: 'try@example.com' }, heading: '┌ Mail to try@example.com: ' },
])(
  'a code by $method is read on the terminal, to enrol and to log in',
  async ({ method, where, heading }) => {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const begun = await world.call('POST', '/auth/mfa/enroll', { method, ...where }, { bearer });
    expect(begun.status).toBe(200);
    expect(lines[0]).toContain(heading);
    const confirmed = await world.call(
      'POST',
      '/auth/mfa/verify-enrollment',
      { token: printedCode() },
      { bearer },
    );
    expect(confirmed.body).toMatchObject({ success: true });

    wait(31);
    const challenge = await ann.login();
    expect(challenge.body).toMatchObject({ mfa_required: true, mfa_method: method });
    const passed = await ann.verify(challenge.body.temp_token, printedCode());
    vi.useRealTimers();
    expect(passed).toMatchObject({ status: 200, body: { mfa_required: false } });
  },
);

test('OB-12 what is printed is in no log line', async () => {
  const ann = await world.user();
  const bearer = (await ann.login()).body.access_token;
  const from = world.logs.length;
  const body = { method: 'email', email: 'nobody.else@example.com' };
  await world.call('POST', '/auth/mfa/enroll', body, { bearer });
  const code = printedCode();
  expect(code).toMatch(/^\d{6}$/);
  const logged = world.logs.slice(from).join('');
  expect(logged).toContain('answered');
  expect(logged).not.toMatch(new RegExp(`\\b${code}\\b|nobody.else`));
});
