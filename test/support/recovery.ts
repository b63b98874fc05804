import { expect } from 'vitest';
import { codeOf, wait } from './actor.ts';
import { mailsTo } from './second-factor.ts';
import { policyOf, type Staff, staff } from './staff.ts';
import type { Call, World } from './world.ts';

type Kind = 'recovery_code' | 'address' | 'device' | 'colleague';
export const everyKind: readonly Kind[] = ['recovery_code', 'address', 'device', 'colleague'];
export const hour = 3600;

/** An administrator whose policies let people recover their accounts. */
export async function allowRecovery(
  world: World,
  from: readonly Kind[] = everyKind,
  { waitHours = 24, areas = ['public'] }: { waitHours?: number; areas?: readonly string[] } = {},
): Promise<Staff> {
  const admin = await staff(world);
  for (const area of areas) {
    const kinds = area === 'public' ? from : from.filter((kind) => kind !== 'device');
    const change = { account_recovery: { from: kinds, wait_hours: waitHours } };
    const answer = await admin.put(`/admin/areas/${area}`, await policyOf(admin, area, change));
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  }
  return admin;
}

/** The token of the last link that begins a recovery. */
export async function recoveryLink(world: World, address: string | null): Promise<string> {
  const mail = (await mailsTo(world, address)).findLast(({ text }) => text.includes('/recover#token='));
  return /\/recover#token=([\w-]{43})$/m.exec(mail?.text ?? '')?.[1] ?? 'no link';
}

/** What a person without a login does to recover an account. */
export function recovering(world: World, ip = '198.51.100.7') {
  const how: Call = { ip };
  const post = (path: string, body: Record<string, unknown> = {}, more: Call = {}) =>
    world.call('POST', `/auth/recovery${path}`, body, { ...how, ...more });
  const request = (username: string) => post('', { username });
  const begin = (token: string) => post('/begin', { token });
  /** Asks for the link, reads it in the mailbox, and begins. Gives the continue code. */
  const begun = async (person: { readonly username: string; readonly email: string | null }) => {
    expect((await request(person.username)).status).toBe(202);
    const answer = await begin(await recoveryLink(world, person.email));
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.continue_code as string;
  };
  const state = (code: string) => post('/state', { continue_code: code });
  const ask = (code: string, what: Record<string, unknown>) => post('/ask', { continue_code: code, ...what });
  const show = (code: string, proof: Record<string, unknown>) =>
    post('/show', { continue_code: code, ...proof });
  const finish = (code: string) => post('/finish', { continue_code: code });
  const enroll = (bearer: string, body: Record<string, unknown> = { method: 'totp' }) =>
    world.call('POST', '/auth/mfa/enroll', body, { bearer, ...how });
  const confirm = (code: string, body: Record<string, unknown>) =>
    post('/confirm', { continue_code: code, ...body });
  /** After the wait: a new app in place of the lost factors. */
  const newApp = async (code: string) => {
    const bearer = (await finish(code)).body.enrollment_token as string;
    const { body } = await enroll(bearer);
    const answer = await confirm(code, { token: codeOf(body.secret, -1) });
    return { answer, secret: body.secret as string, bearer };
  };
  return { request, begin, begun, state, ask, show, finish, enroll, confirm, newApp };
}

/** A clerk with an app, recovery codes, and a second mailbox as a factor. */
export async function clerk(world: World) {
  const person = await world.user();
  const totp = await person.enrolTotp();
  const second = `second-${person.username}@example.net`;
  const address = await person.enrolSent('email', { email: second }, totp.bearer);
  wait(60); // the next code may be sent
  return { ...person, totp, second, addressId: address.factorId, codes: totp.codes, bearer: address.bearer };
}

/** Somebody of the house whom a person has named, and who has agreed. */
export async function namedColleague(
  world: World,
  of: { readonly id: string; readonly bearer: string },
  who?: Staff,
) {
  const bob = who ?? (await withApp(world));
  const named = await world.call(
    'PUT',
    '/auth/recovery/colleagues',
    { colleagues: [bob.username] },
    { bearer: of.bearer },
  );
  expect(named.status, JSON.stringify(named.body)).toBe(200);
  const agreed = await world.call(
    'POST',
    `/auth/recovery/named-by/${of.id}`,
    { agrees: true },
    { bearer: bob.bearer },
  );
  expect(agreed.status, JSON.stringify(agreed.body)).toBe(204);
  wait(1);
  return bob;
}

/** Somebody with an app. */
export async function withApp(world: World) {
  const person = await world.user();
  const totp = await person.enrolTotp();
  return { ...person, ...totp };
}

/** The code that a colleague gets by an approval. */
export async function approvedBy(world: World, bearer: string) {
  const { body } = await world.call('GET', '/auth/recovery/colleagues', undefined, { bearer });
  const id = body.requests[0]?.id;
  const answer = await world.call('POST', `/auth/recovery/requests/${id}/approve`, {}, { bearer });
  return { id: id as string, answer, code: answer.body.colleague_code as string };
}
