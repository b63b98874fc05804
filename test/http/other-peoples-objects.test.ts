import { expect, test, vi } from 'vitest';
import { codeOf } from '../support/actor.ts';
import { devicesOf, withDevice } from '../support/devices.ts';
import { snapshot } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

/** Somebody with a factor and a session, and somebody else, as well equipped, who knows their ids. */
async function annAndEve() {
  const ann = await world.user();
  const eve = await world.user();
  const anns = await ann.enrolTotp();
  const eves = await eve.enrolTotp();
  const { body } = await world.call('GET', '/auth/sessions', undefined, { bearer: anns.bearer });
  return { ann, eve, anns, eves, annsSession: String(body.sessions[0].id) };
}

const nowhere = { status: 404, type: '/problems/not-found' };

test("HT-4 another's session, factor, device and id of nothing are all alike: not found, and untouched", async () => {
  const { anns, eves, annsSession } = await annAndEve();
  const { bearer: kims } = await withDevice(world);
  const [{ id: kimsDevice }] = await devicesOf(world, kims);
  vi.useRealTimers();
  const how = { bearer: eves.bearer };
  const before = await snapshot(world.database.db);
  const nothing = '00000000-0000-4000-8000-000000000000';
  const answersFor = async (session: string, factor: string, device: string) => [
    await world.call('DELETE', `/auth/trusted-devices/${device}`, undefined, how),
    await world.call('DELETE', `/auth/sessions/${session}`, undefined, how),
    await world.call('PATCH', `/auth/mfa/factors/${factor}`, { label: 'mine' }, how),
    await world.call('PATCH', `/auth/mfa/factors/${factor}`, { default: true }, how),
    await world.call('DELETE', `/auth/mfa/factors/${factor}`, undefined, how),
    await world.call('POST', '/auth/mfa/step-up', { factor_id: factor }, how),
    await world.call('POST', '/auth/mfa/verify-enrollment', { factor_id: factor, token: '123456' }, how),
  ];
  const summary = (answers: Awaited<ReturnType<typeof answersFor>>) =>
    answers.map(({ status, body: { instance: _, ...body } }) => ({ status, body }));

  const foreign = await answersFor(annsSession, anns.factorId, kimsDevice);
  for (const answer of foreign) expect(answer).toMatchObject(nowhere);
  expect(summary(foreign)).toEqual(summary(await answersFor(nothing, nothing, nothing)));
  expect(await snapshot(world.database.db)).toEqual(before);
  expect((await world.call('GET', '/auth/me', undefined, { bearer: anns.bearer })).status).toBe(200);
});

test("HT-4 attack 36 another's factor cannot be asked for with one's own temp token", async () => {
  const { eve, anns, eves } = await annAndEve();
  const { temp_token } = (await eve.login()).body;
  const asked = await world.call('POST', '/auth/mfa/challenge', { temp_token, factor_id: anns.factorId });
  expect(asked).toMatchObject(nowhere);
  const answered = await eve.verify(temp_token, codeOf(anns.secret));
  expect(answered).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
  expect((await eve.verify(temp_token, codeOf(eves.secret))).status).toBe(200);
});

test("HT-4 another's enrolment cannot be confirmed, even with its code", async () => {
  const { anns, eves } = await annAndEve();
  const body = { method: 'totp', label: 'new phone' };
  const begun = await world.call('POST', '/auth/mfa/enroll', body, { bearer: anns.bearer });
  expect(begun.status).toBe(200);
  const { factor_id, secret } = begun.body;
  const stolen = { factor_id, token: codeOf(secret) };
  expect(
    await world.call('POST', '/auth/mfa/verify-enrollment', stolen, { bearer: eves.bearer }),
  ).toMatchObject(nowhere);
  const own = await world.call('POST', '/auth/mfa/verify-enrollment', stolen, { bearer: anns.bearer });
  expect(own.status).toBe(200);
});

test('HT-4 everybody sees their own sessions and factors alone', async () => {
  const { anns, eves, annsSession } = await annAndEve();
  const sessions = await world.call('GET', '/auth/sessions', undefined, { bearer: eves.bearer });
  const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer: eves.bearer });
  const seen = JSON.stringify([sessions.body, status.body]);
  expect(seen).toContain(eves.factorId);
  expect(seen).not.toContain(annsSession);
  expect(seen).not.toContain(anns.factorId);
});
