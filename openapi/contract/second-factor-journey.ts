import { trustedDevice } from './device-journey.ts';
import { type JourneyClient, listIn, stop, type Tokens, textIn, tokensIn } from './journey-client.ts';
import { awayFromStepEnd } from './one-time-codes.ts';

type Enrolled = { readonly secret: string; readonly codes: readonly string[]; readonly tokens: Tokens };

/**
 * Enrols an authenticator app, uses it at every endpoint, and removes it in the end, even after a failed step.
 * `beside` is what else can be done while there is a factor.
 */
export async function secondFactor(
  client: JourneyClient,
  bearer: string,
  isVendor: boolean,
  beside: () => Promise<void>,
): Promise<void> {
  const enrolled = await enrol(client, bearer);
  const codes = [...enrolled.codes];
  try {
    await manage(client, enrolled.tokens.bearer);
    let tokens = await logInWithCode(client, enrolled.secret);
    const code = client.codeOf(enrolled.secret, 1);
    if (isVendor) await vendor(client, code);
    else await client.step('exchange a code for a proof', 'prove', { ...tokens, body: { mfa_token: code } });
    tokens = await stepUp(client, tokens, codes.pop() ?? '');
    codes.splice(0, codes.length, ...(await regenerate(client, tokens.bearer)));
    await beside();
  } finally {
    await disable(client, codes);
  }
}

/** Of the first factor. The code of the step before is taken too, so that two later ones are left. */
async function enrol(client: JourneyClient, bearer: string): Promise<Enrolled> {
  const { step, codeOf, wrongCodeOf } = client;
  const secret = textIn(await client.enrol('Contract', bearer), 'secret');
  await awayFromStepEnd();
  const confirm = (what: string, token: string, status?: number, type?: string) =>
    step(what, 'verifyEnrollment', { bearer, body: { token } }, status, type);
  await confirm('a wrong first code', wrongCodeOf(secret), 403, 'mfa-token-invalid');
  const confirmed = await confirm('the first code', codeOf(secret, -1));
  return { secret, codes: listIn(confirmed, 'recovery_codes').map(String), tokens: tokensIn(confirmed) };
}

/** Renames the factor; adds another and takes it away. */
async function manage({ step, enrol, codeOf }: JourneyClient, bearer: string): Promise<void> {
  const status = await step('one factor', 'mfaStatus', { bearer });
  await step('and in the record', 'ownFactorHistory', { bearer });
  await step('what happened to the account', 'listActivity', { bearer, query: 'limit=2' });
  const id = textIn(Object(listIn(status, 'factors')[0]), 'factor_id');
  const change = { label: 'Contract, renamed', default: true };
  await step('rename', 'changeFactor', { bearer, params: { id }, body: change });

  const second = await enrol('Contract 2', bearer);
  const token = codeOf(textIn(second, 'secret'));
  const confirmed = await step('a second factor', 'verifyEnrollment', { bearer, body: { token } });
  const params = { id: textIn(confirmed, 'factor_id') };
  await step('remove it', 'removeFactor', { ...tokensIn(confirmed), params }, 204);
}

async function logInWithCode(client: JourneyClient, secret: string): Promise<Tokens> {
  const { step, logIn, verify, codeOf, wrongCodeOf } = client;
  const challenge = await logIn('log in, now with a second step');
  await verify('a wrong code', challenge, wrongCodeOf(secret), 403, 'mfa-token-invalid');
  const again = { temp_token: textIn(challenge, 'temp_token'), method: 'totp' };
  await step('ask for the same factor again', 'challenge', { body: again });
  const code = codeOf(secret);
  const answer = { temp_token: textIn(challenge, 'temp_token'), mfa_token: code };
  const remember = { remember_device: true, device_label: 'Contract' };
  const verified = await step('the right code', 'verify', { body: { ...answer, ...remember } });
  const tokens = tokensIn(verified);
  await verify('the temp token is spent', challenge, code, 401, 'challenge-invalid');
  await verify('a code works once', await logIn('another login'), code, 403, 'mfa-token-used');

  const { sessions } = await step('two sessions', 'listSessions', tokens);
  const other = [sessions].flat().find((one) => Object(one).current === false);
  await step('end the other', 'endSession', { ...tokens, params: { id: textIn(Object(other), 'id') } }, 204);
  await trustedDevice(client, tokens, verified);
  return tokens;
}

/** What a script does: a code once, from then on its proof. */
async function vendor({ step, logIn }: JourneyClient, code: string): Promise<void> {
  const { bearer } = tokensIn(await logIn('log in as a vendor', { area: 'vendor' }));
  const read = (what: string, mfa?: string, status?: number, type?: string) =>
    step(what, 'getSensitiveData', { bearer, ...(mfa && { headers: { 'x-mfa-token': mfa } }) }, status, type);
  await read('no X-MFA-Token', undefined, 403, 'mfa-token-required');
  await read('neither code nor proof', 'neither', 400, 'invalid-request');
  await read('no proof of ours', 'eyJhbGciOiJub25lIn0.e30.AA', 403, 'mfa-token-invalid');
  const forward = (what: string, mfa?: string, status?: number, type?: string) => {
    const asked = { bearer, query: 'area=vendor&scope=data:read&mfa=required' };
    return step(what, 'forward', { ...asked, ...(mfa && { headers: { 'x-mfa-token': mfa } }) }, status, type);
  };
  await forward('no X-MFA-Token at a gateway', undefined, 403, 'mfa-token-required');
  const proof = await step('exchange a code for a proof', 'prove', { bearer, body: { mfa_token: code } });
  await forward('the proof at a gateway', textIn(proof, 'mfa_proof'));
  await read('a code that was exchanged', code, 403, 'mfa-token-used');
  await read('the proof', textIn(proof, 'mfa_proof'));
  await read('the proof once more', textIn(proof, 'mfa_proof'));
}

async function stepUp(
  { step, verify }: JourneyClient,
  { bearer }: Tokens,
  recoveryCode: string,
): Promise<Tokens> {
  const challenge = await step('step up', 'stepUp', { bearer, body: {} });
  const raised = await verify('with a recovery code', challenge, recoveryCode);
  textIn(raised, 'warning');
  await step('the old token died', 'me', { bearer }, 401, 'invalid-token');
  return tokensIn(raised);
}

async function regenerate({ step, password }: JourneyClient, bearer: string): Promise<string[]> {
  const wrong = { bearer, body: { password: `not ${password}` } };
  await step('a wrong password', 'regenerateCodes', wrong, 401, 'invalid-password');
  const fresh = await step('new recovery codes', 'regenerateCodes', { bearer, body: { password } });
  return listIn(fresh, 'codes').map(String);
}

/** By password and a recovery code at once, which works from wherever the journey stopped. */
async function disable({ step, logIn, password }: JourneyClient, codes: readonly string[]): Promise<void> {
  const [code] = codes;
  if (code === undefined) stop('switching the second factor off: it is still on');
  const { bearer } = tokensIn(await logIn('password and recovery code at once', { mfa_token: code }));
  const wrong = { bearer, body: { password: `not ${password}` } };
  await step('a wrong password', 'disableMfa', wrong, 401, 'invalid-password');
  await step('switch the second factor off', 'disableMfa', { bearer, body: { password } });
  await step('log out', 'logOut', { bearer }, 204);
}
