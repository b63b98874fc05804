import { expect, test } from 'vitest';
import { wait } from '../support/actor.ts';
import { callerDesk } from '../support/caller-desk.ts';
import { eventsOf, eventTypesOf } from '../support/second-factor.ts';
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
const { start, read, answer, ask, reset } = callerDesk(world);

/** A check whose caller has chosen a push, and what came back. */
async function pushed({ hasNumber, status }: { readonly hasNumber: boolean; readonly status: string }) {
  const desk = await staff(world, 'helpdesk');
  const ann = await world.user();
  Object.assign(duo, { hasNumber: true, decision: { result: 'allow', status: 'allow' } });
  const bearer: string = (await ann.login()).body.access_token;
  await world.call('POST', '/auth/mfa/enroll', { method: 'duo_push' }, { bearer });
  await world.call('POST', '/auth/mfa/verify-enrollment', {}, { bearer });
  wait(200); // after the pace of pushes
  const result = status === 'deny' || status === 'fraud' ? 'deny' : 'allow';
  Object.assign(duo, { hasNumber, decision: { result, status } });
  const check = await start(desk, ann.id);
  const asked = await ask(check.number, 'duo_push');
  return { desk, ann, check, asked };
}

test.each([
  ['with its number passes', true, 'allow', 'passed'],
  ['without its number counts for nothing', false, 'allow', 'pending'],
  ['that Duo let through without asking counts for nothing', true, 'bypass', 'pending'],
] as const)('RK-7 a push of a caller %s', async (_what, hasNumber, status, state) => {
  const { desk, ann, check, asked } = await pushed({ hasNumber, status });
  expect(asked.body.verification_code).toMatch(/^\d{6}$/);
  expect(asked.body.verification_code === '471100').toBe(hasNumber);
  const polled = await answer(check.number);
  expect(polled.body.status).toBe(state);
  expect((await read(desk, ann.id, check.id)).body.state).toBe(state);
  expect((await eventTypesOf(world, ann.id)).includes('caller_check_passed')).toBe(state === 'passed');
});

test.each(['deny', 'fraud'])('RK-7 a push that its owner refuses ends the check: %s', async (status) => {
  const { desk, ann, check } = await pushed({ hasNumber: true, status });
  expect((await answer(check.number)).body.status).toBe('pending'); // the caller hears nothing of it
  expect((await read(desk, ann.id, check.id)).body).toMatchObject({ state: 'failed', method: null });
  expect((await eventsOf(world, ann.id)).filter(({ type }) => type === 'caller_check_failed')).toMatchObject([
    { outcome: 'failure', actorId: desk.id, detail: { caller_check: check.id, reason: 'denied' } },
  ]);
  const { entries } = (await desk.get(`/admin/users/${ann.id}/timeline`)).body;
  expect(entries.map(({ says }: { says: string }) => says)).toContain(
    'The check of who is calling failed: the owner refused it on the device.',
  );
  duo.decision = { result: 'allow', status: 'allow' };
  expect((await answer(check.number)).body.status).toBe('pending');
  expect((await read(desk, ann.id, check.id)).body.state).toBe('failed');
  expect(await reset(desk, ann.id, { caller_check: check.id })).toMatchObject({
    status: 403,
    body: { reason: 'caller_check_invalid' },
  });
});
