import { vi } from 'vitest';
import { codeOf, wait, wrongCodeOf } from './actor.ts';
import { goodPassword, type World } from './world.ts';

/** Every answer from here on, as text. */
export function answersOf(world: World): string[] {
  const answers: string[] = [];
  const inject = world.app.inject.bind(world.app) as (options: object) => Promise<{ body: string }>;
  const answered = async (options: object) => {
    const response = await inject(options);
    answers.push(response.body);
    return response;
  };
  vi.spyOn(world.app, 'inject').mockImplementation(answered as never); // of its many signatures the one in use
  return answers;
}

const nextPassword = 'nine dry umbrella stands';
const wrongPassword = 'a canary as a password';
const phone = '+15093004711';
const address = 'other.canary@example.com';
const issued = ['access_token', 'refresh_token', 'temp_token', 'mfa_proof', 'enrollment_token'];

/** Does everything that a user can do, once right and once wrong. Returns every secret of that user. */
export async function playSecretJourney(world: World) {
  const ann = await world.user({ email: 'ann.canary@example.com', roles: ['user', 'vendor', 'admin'] });
  const tokens: string[] = [];
  const codes: string[] = [];
  const use = (code: string) => {
    codes.push(code);
    return code;
  };
  const keep = ({ body }: { readonly body: Record<string, unknown> | null }) => {
    const answered = body ?? {};
    for (const name of issued) if (typeof answered[name] === 'string') tokens.push(answered[name]);
    return answered;
  };
  const verify = async (tempToken: unknown, code: string) => keep(await ann.verify(String(tempToken), code));
  const post = async (url: string, body: Record<string, unknown>, bearer?: unknown) =>
    keep(await world.call('POST', url, body, bearer === undefined ? {} : { bearer: String(bearer) }));

  keep(await ann.login('public', { password: wrongPassword }));
  keep(await ann.login('admin'));
  const first = keep(await ann.login());
  const totp = await ann.enrolTotp(String(first.access_token));
  keep(totp.answer);
  use(codeOf(totp.secret, -1));
  const texted = await ann.enrolSent('sms', { phone }, totp.bearer);
  keep(texted.answer);
  use(ann.lastCode('sms'));
  const mailed = await ann.enrolSent('email', { email: address }, texted.bearer);
  keep(mailed.answer);
  use(ann.lastCode('email'));

  wait(60);
  const waiting = keep(await ann.login());
  await verify(waiting.temp_token, use(wrongCodeOf(totp.secret)));
  await post('/auth/mfa/challenge', { temp_token: waiting.temp_token, method: 'sms' });
  const passed = await verify(waiting.temp_token, use(ann.lastCode('sms')));
  await verify(keep(await ann.login()).temp_token, totp.codes[0] ?? '');
  await post('/auth/refresh', { refresh_token: passed.refresh_token });
  await post('/auth/refresh', { refresh_token: passed.refresh_token });

  const { access_token: bearer } = keep(await ann.login('vendor'));
  const { mfa_proof: proof } = await post('/auth/mfa/proof', { mfa_token: use(codeOf(totp.secret)) }, bearer);
  for (const mfa of [codeOf(totp.secret), wrongCodeOf(totp.secret), proof, 'canary.in.header'])
    await world.call('GET', '/api/sensitive-data', undefined, { bearer: String(bearer), mfa: String(mfa) });
  await world.call('GET', `/auth/me?access_token=${bearer}`);
  const change = { current_password: goodPassword, new_password: nextPassword, mfa_token: proof };
  await post('/auth/password', { ...change, current_password: wrongPassword }, bearer);
  await post('/auth/password', change, bearer);
  vi.useRealTimers();

  return {
    codes,
    tokens,
    seed: totp.secret,
    recoveryCodes: totp.codes,
    passwords: [goodPassword, nextPassword, wrongPassword],
    addresses: [phone, phone.slice(1), String(ann.email), address],
    username: ann.username,
  };
}
