import { createHash, createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { challengeData, factorData } from '../../src/features/mfa/factor-store.ts';
import { codeOf, wait } from '../support/actor.ts';
import { dumpDatabase, freshPhone, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { type Answer, goodPassword } from '../support/world.ts';

/** A secret as it is, and as a program might have written it down. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=*$/, ''),
    bytes.toString('base64url'),
  ];
}

/** The plain hashes of a secret that is short enough to be found by trying them all. */
function hashesOf(secret: string): string[] {
  return ['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm) =>
    (['hex', 'base64', 'base64url'] as const).map((form) =>
      createHash(algorithm).update(secret).digest(form).replace(/=*$/, ''),
    ),
  );
}

/** Six digits also turn up inside ids and times; as a value of their own they must not. */
function alone(code: string): RegExp {
  return new RegExp(`(?<![\\w.-])${code}(?![\\w.-])`);
}

describe('in the database', () => {
  const world = useWorld();

  const factorsOf = (userId: string) =>
    world.database.db.selectFrom('factors').selectAll().where('userId', '=', userId).execute();

  test('OT-8, RK-3, LG-3, OB-12 there is no secret, code or token to be read', async () => {
    const ann = await world.user({ roles: ['vendor'] });
    const { secret, codes, bearer, refresh } = await ann.enrolTotp();
    const phone = freshPhone();
    const mailbox = `${ann.username}@second.example`;
    const bySms = await ann.enrolSent('sms', { phone }, bearer);
    await ann.enrolSent('email', { email: mailbox }, bySms.bearer);
    wait(60);
    const challenge = await ann.login();
    const tempToken = challenge.body.temp_token;
    await world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, method: 'sms' });
    const text = ann.lastCode('sms');
    const other = await ann.login();
    await world.call('POST', '/auth/mfa/challenge', { temp_token: other.body.temp_token, method: 'email' });
    const mail = ann.lastCode('email');
    const passed = await ann.loginWithTotp(secret, 'public', 1);
    const low = (await ann.login('vendor')).body.access_token;
    wait(30);
    const proof = (
      await world.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret, 1) }, { bearer: low })
    ).body;
    expect(proof.mfa_proof).toEqual(expect.any(String));

    const everything = await dumpDatabase(world);
    expect(everything).toContain(ann.id); // the dump is one
    const long = [
      secret,
      Buffer.from(secret).toString('base64url'),
      ...codes.flatMap((code) => [code, code.replaceAll('-', '')]),
      tempToken,
      other.body.temp_token,
      refresh,
      passed.body.refresh_token,
      passed.body.access_token,
      low,
      proof.mfa_proof,
      phone,
      mailbox,
      goodPassword,
    ];
    for (const value of long.flatMap(formsOf)) expect(everything).not.toContain(value);
    for (const code of [text, mail]) {
      for (const value of hashesOf(code)) expect(everything).not.toContain(value);
      expect(everything).not.toMatch(alone(code));
    }
  });

  test('LG-3 temp and refresh tokens of 256 random bits are kept as hashes', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const tempToken: string = (await ann.login()).body.temp_token;
    const refresh: string = (await ann.verify(tempToken, codeOf(secret))).body.refresh_token;
    const hash = (token: string) => createHash('sha256').update(token).digest('base64url');
    const everything = await dumpDatabase(world);
    for (const token of [tempToken, refresh]) {
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
      expect(everything).toContain(hash(token));
      expect(everything).not.toContain(token);
    }
  });

  test('OT-8 a TOTP secret is sealed with a key that is elsewhere, each time anew', async () => {
    const ann = await world.user();
    const { secret, factorId } = await ann.enrolTotp();
    const row = (await factorsOf(ann.id)).find(({ id }) => id === factorId);
    const sealed = row?.dataSealed ?? '';
    expect(sealed).toMatch(/^test\.[\w-]{16}\.[\w-]+$/);
    const associatedData = factorData({ id: factorId, userId: ann.id });
    expect(JSON.parse(world.deps.vault.decrypt(sealed, associatedData))).toMatchObject({ secret });
    expect(world.deps.vault.encrypt('{}', associatedData)).not.toBe(
      world.deps.vault.encrypt('{}', associatedData),
    );
  });

  test('OT-8, RK-3 no route shows a secret, a code or an address again', async () => {
    const ann = await world.user();
    const phone = freshPhone();
    const { secret, codes, bearer: first } = await ann.enrolTotp();
    const { bearer, answer } = await ann.enrolSent('sms', { phone }, first);
    expect(answer.body.recovery_codes).toBeUndefined();
    const answers = [answer];
    for (const url of ['/auth/mfa/status', '/auth/me', '/auth/sessions']) {
      answers.push(await world.call('GET', url, undefined, { bearer }));
    }
    answers.push(await ann.login());
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const shown = JSON.stringify(answers.map(({ body, headers }) => ({ body, headers })));
    for (const value of [secret, phone, ...codes]) expect(shown).not.toContain(value);
    expect(shown).toContain(`••${phone.slice(-2)}`);
  });

  test("OT-8 one user's sealed secret does not open in another user's row", async () => {
    const ann = await world.user();
    const thief = await world.user();
    await ann.enrolTotp();
    const known = await thief.enrolTotp();
    const [theirs] = (await factorsOf(thief.id)).filter(({ isBackup }) => !isBackup);
    await world.database.db
      .updateTable('factors')
      .set({ dataSealed: theirs?.dataSealed ?? '' })
      .where('userId', '=', ann.id)
      .where('isBackup', '=', false)
      .execute();
    const login = await ann.login();
    expect(login.body).not.toHaveProperty('access_token');
    expect(login).toMatchObject({ status: 500, type: 'about:blank' });
    expect(Object.keys(login.body).sort()).toEqual(['detail', 'instance', 'status', 'title', 'type']);
    expect((await thief.loginWithTotp(known.secret)).status).toBe(200);
  });

  test('OT-8 nor does a row that was given to another user, at any endpoint', async () => {
    const ann = await vendorWithTotp(world);
    const thief = await world.user();
    const known = await thief.enrolTotp();
    const waiting: string = (await ann.login()).body.temp_token;
    await world.database.db
      .deleteFrom('factors')
      .where('userId', '=', ann.id)
      .where('isBackup', '=', false)
      .execute();
    await world.database.db
      .updateTable('factors')
      .set({ userId: ann.id })
      .where('id', '=', known.factorId)
      .execute();
    const code = codeOf(known.secret);
    const { bearer } = ann;
    const change = { mfa_token: code, password: ann.password };
    const single = { username: ann.username, ...change };
    const endpoints = [
      () => ann.verify(waiting, code),
      () => ann.login(),
      () => ann.sensitive(code),
      () => ann.proofOf(code),
      () => world.call('POST', '/auth/mfa/disable', change, { bearer }),
      () => world.call('POST', '/auth/mfa/enroll', { method: 'totp', mfa_token: code }, { bearer }),
      () => world.call('POST', '/auth/login', single),
    ];
    const answers: Answer[] = [];
    for (const endpoint of endpoints) {
      answers.push(await endpoint());
      await world.database.db
        .updateTable('throttles')
        .set({ paid: 0 })
        .where('userId', '=', ann.id)
        .execute();
    }
    expect(answers.map(({ status }) => status)).toEqual([403, 500, 500, 500, 500, 500, 500]);
    for (const { body } of answers) expect(body).not.toHaveProperty('access_token');
  });

  test("OT-8 nor do one user's recovery codes in another user's row", async () => {
    const ann = await world.user();
    const thief = await world.user();
    const { secret } = await ann.enrolTotp();
    const { codes } = await thief.enrolTotp();
    const waiting: string = (await ann.login()).body.temp_token;
    const [theirs] = (await factorsOf(thief.id)).filter(({ isBackup }) => isBackup);
    await world.database.db
      .updateTable('factors')
      .set({ dataSealed: theirs?.dataSealed ?? '' })
      .where('userId', '=', ann.id)
      .where('isBackup', '=', true)
      .execute();
    expect((await ann.verify(waiting, codes[0] ?? '')).status).toBe(500);
    expect((await ann.verify(waiting, codeOf(secret))).status).toBe(200); // the rest is not touched by it
  });

  test("OB-12 nor does one challenge's code in another challenge", async () => {
    const ann = await world.user();
    const thief = await world.user();
    await ann.enrolSent('sms', { phone: freshPhone() });
    await thief.enrolSent('sms', { phone: freshPhone() });
    wait(60);
    const waiting: string = (await ann.login()).body.temp_token;
    await thief.login();
    const known = thief.lastCode('sms');
    await sql`update challenges set state_sealed = (select state_sealed from challenges where user_id = ${thief.id}
      and status = 'open') where user_id = ${ann.id} and status = 'open'`.execute(world.database.db);
    expect((await ann.verify(waiting, known)).status).toBe(500);
  });

  test('OB-12 a sent code is kept under a key, inside the seal as well', async () => {
    const ann = await world.user();
    await ann.enrolSent('sms', { phone: freshPhone() });
    wait(60);
    await ann.login();
    const code = ann.lastCode('sms');
    const row = await world.database.db
      .selectFrom('challenges')
      .selectAll()
      .where('userId', '=', ann.id)
      .where('status', '=', 'open')
      .executeTakeFirstOrThrow();
    const state = JSON.parse(world.deps.vault.decrypt(row.stateSealed, challengeData(row)));
    expect(state).toEqual({ codeMac: world.deps.vault.mac(code) });
    expect(hashesOf(code)).not.toContain(state.codeMac);
    expect(state.codeMac).not.toBe(createHmac('sha256', '').update(code).digest('base64url'));
  });

  test('OB-12 codes and addresses are in no log line and no audit event', async () => {
    const ann = await world.user();
    const phone = freshPhone();
    const mailbox = `${ann.username}@second.example`;
    const { secret, codes, bearer } = await ann.enrolTotp();
    const bySms = await ann.enrolSent('sms', { phone }, bearer);
    await ann.enrolSent('email', { email: mailbox }, bySms.bearer);
    wait(60);
    const { temp_token: tempToken } = (await ann.login()).body;
    await world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, method: 'sms' });
    const text = ann.lastCode('sms');
    const totp = codeOf(secret);
    await ann.verify(tempToken, totp); // a wrong answer to this challenge
    await ann.verify(tempToken, text);
    await ann.verify(tempToken, codes[0] ?? '');

    const events = await world.database.db.selectFrom('auditEvents').selectAll().execute();
    const written = [...world.logs, ...events.map(({ seq: _, at: __, ...event }) => JSON.stringify(event))];
    expect(written.length).toBeGreaterThan(10);
    const secrets = [secret, totp, text, ...codes, phone, mailbox, tempToken, goodPassword];
    const isIn = (line: string, value: string) =>
      /^\d{6}$/.test(value) ? alone(value).test(line) : line.includes(value);
    expect(secrets.filter((value) => written.some((line) => isIn(line, value)))).toEqual([]);
  });
});
