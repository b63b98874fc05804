import { expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { callerDesk } from '../support/caller-desk.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

/** What Duo does: whether a push has a number, and what its owner decides. */
const duo = { hasNumber: true, decision: { result: 'allow', status: 'allow' } };
const duoTelephones = {
  preauth: async () => ({
    result: 'auth',
    devices: [{ device: 'DP1', capabilities: ['push'] }],
    txid: 'txid',
    ...(duo.hasNumber && { verification_code: '471100' }),
  }),
  push: async () => 'txid',
  decision: async () => duo.decision,
  passcode: async () => duo.decision,
  enroll: async () => ({ activation_url: 'https://example.com', activation_barcode: 'https://example.com' }),
};

const world = useWorld({ carriers: { sendMail: async () => {}, duoTelephones } });
const { start, read, answer, ask } = callerDesk(world);

test.each([
  ['with its number passes', true, 'allow', 'passed'],
  ['without its number counts for nothing', false, 'allow', 'pending'],
  ['that Duo let through without asking counts for nothing', true, 'bypass', 'pending'],
] as const)('RK-7 a push of a caller %s', async (_what, hasNumber, status, state) => {
  const desk = await staff(world, 'helpdesk');
  const ann = await world.user();
  Object.assign(duo, { hasNumber: true, decision: { result: 'allow', status: 'allow' } });
  const bearer: string = (await ann.login()).body.access_token;
  await world.call('POST', '/auth/mfa/enroll', { method: 'duo_push' }, { bearer });
  await world.call('POST', '/auth/mfa/verify-enrollment', {}, { bearer });
  wait(200); // after the pace of pushes
  Object.assign(duo, { hasNumber, decision: { result: 'allow', status } });
  const check = await start(desk, ann.id);
  const asked = await ask(check.number, 'duo_push');
  expect(asked.body.verification_code).toMatch(/^\d{6}$/);
  expect(asked.body.verification_code === '471100').toBe(hasNumber);
  const polled = await answer(check.number);
  expect(polled.body.status).toBe(state);
  expect((await read(desk, ann.id, check.id)).body.state).toBe(state);
  expect((await eventTypesOf(world, ann.id)).includes('caller_check_passed')).toBe(state === 'passed');
});
