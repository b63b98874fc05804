import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { allowPasskeys, passkeyActions, withPasskey } from '../support/passkeys.ts';
import { allowRecovery, approvedBy, hour, namedColleague, recovering } from '../support/recovery.ts';
import { mailsTo } from '../support/second-factor.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { logIn } = passkeyActions(world);
beforeEach(() => allowPasskeys(world, 'public'));

/** Somebody without a password, whose recovery is proven: the passkey is lost with the laptop. */
async function proven() {
  await allowRecovery(world);
  await allowPasskeys(world, 'public');
  const ann = await withPasskey(world);
  const bearer: string = (await logIn(ann.key)).body.access_token;
  const bob = await namedColleague(world, { id: ann.id, bearer });
  expect((await world.call('DELETE', '/auth/password', undefined, { bearer })).status).toBe(204);
  await mailsTo(world);
  const her = recovering(world);
  const code = await her.begun(ann);
  expect((await her.state(code)).body.ways).toEqual(['recovery_code', 'colleague']);
  await her.show(code, { recovery_code: ann.codes[0] });
  await her.ask(code, { colleagues: true });
  const { code: spoken } = await approvedBy(world, bob.bearer);
  expect((await her.show(code, { colleague_code: spoken })).body.state).toBe('waiting');
  wait(24 * hour);
  return { ann, her, code, bearer: (await her.finish(code)).body.enrollment_token as string };
}

describe('an account without a password', () => {
  test('PK-4 comes back by a new passkey, and stays without a password', async () => {
    const { ann, her, code, bearer } = await proven();
    const key = createAuthenticator();
    const { body } = await her.enroll(bearer, { method: 'webauthn', passkey: true });
    const done = await her.confirm(code, { response: key.register(body.options) });
    expect(done).toMatchObject({ status: 200, body: { success: true, passkey: true } });
    expect(done.body).not.toHaveProperty('password_needed');
    expect((await logIn(key)).status).toBe(200);
    expect((await logIn(ann.key)).status).toBe(401);
    expect((await ann.login()).status).toBe(401);
  });

  test('PK-4 comes back by an app, and then sets a password by a mail: the mail alone opens nothing', async () => {
    const { ann, her, code, bearer } = await proven();
    const { secret } = (await her.enroll(bearer)).body;
    const done = await her.confirm(code, { token: codeOf(secret, -1) });
    expect(done.body).toMatchObject({ success: true, password_needed: true });
    await forgot(world, ann.username);
    const [link = ''] = await linksTo(world, ann.email);
    const password = 'nine folded maps';
    expect((await reset(world, link, password)).status).toBe(204);
    wait(60);
    const { username } = ann;
    const challenged = await world.call('POST', '/auth/login', { username, password });
    expect(challenged.body.mfa_required).toBe(true);
    expect((await ann.verify(challenged.body.temp_token, codeOf(secret))).status).toBe(200);
  });

  test('a trusted device is no way for it: it has no password to show', async () => {
    await allowRecovery(world);
    await allowPasskeys(world, 'public');
    const ann = await withPasskey(world);
    const bearer: string = (await logIn(ann.key)).body.access_token;
    await world.call('DELETE', '/auth/password', undefined, { bearer });
    const her = recovering(world);
    const code = await her.begun(ann);
    const device = { trusted_device: 'x'.repeat(43), password: ann.password };
    expect((await her.show(code, device)).body.type).toBe('/problems/method-not-allowed');
  });
});
