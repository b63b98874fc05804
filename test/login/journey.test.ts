import { describe, expect, test } from 'vitest';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { useWorld } from '../support/use-world.ts';

describe('the journey that the service was made for', () => {
  const world = useWorld();

  test('a login without a second factor gives tokens', async () => {
    const ann = await world.user();
    const { status, body } = await ann.login();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      access_token: expect.any(String),
      token_type: 'bearer',
      mfa_required: false,
    });
  });

  test('enrol, log in, verify, recover', async () => {
    const ann = await world.user();
    const enrolled = await ann.enrolTotp();
    expect(enrolled.answer.body).toMatchObject({ success: true, recovery_codes: expect.any(Array) });
    const challenge = await ann.login();
    expect(challenge.body).toMatchObject({
      mfa_required: true,
      mfa_method: 'totp',
      message: 'MFA verification required',
    });
    const wrong = await ann.verify(challenge.body.temp_token, wrongCodeOf(enrolled.secret));
    expect(wrong).toMatchObject({
      status: 403,
      body: { detail: 'Invalid MFA token', attempts_remaining: 2 },
    });
    const right = await ann.verify(challenge.body.temp_token, codeOf(enrolled.secret));
    expect(right).toMatchObject({ status: 200, body: { mfa_required: false, token_type: 'bearer' } });
    const again = await ann.login();
    const recovered = await ann.verify(again.body.temp_token, enrolled.codes[3] ?? '');
    expect(recovered.body).toMatchObject({
      warning: 'Recovery code used. Please regenerate codes.',
      backup_codes_remaining: 9,
    });
  });
});
