import { describe, expect, test } from 'vitest';
import { plainLetterhead } from '../../src/domain/notices/letterhead.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { forgot, reset, tokenIn } from '../support/links.ts';
import { freshPhone, mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

async function inSpanish() {
  const ann = await world.user();
  const bearer: string = (await ann.login()).body.access_token;
  const choose = (language: unknown) => world.call('PATCH', '/auth/me', { language }, { bearer });
  const me = async () => (await world.call('GET', '/auth/me', undefined, { bearer })).body.user;
  return { ...ann, bearer, choose, me };
}

describe('the language of mails and text messages', () => {
  test('is the one that the user chose, in every notice from then on', async () => {
    const ann = await inSpanish();
    expect((await ann.me()).language).toBeNull();
    expect((await ann.choose('es')).status).toBe(204);
    expect((await ann.me()).language).toBe('es');
    const app = await ann.enrolTotp(ann.bearer);
    const [added] = await mailsTo(world, ann.email);
    expect(added?.subject).toBe('Se añadió un segundo factor a su cuenta');
    expect(added?.html).toContain('<html lang="es">');

    const { temp_token: temp } = (await ann.login()).body; // the row of the login knows the language too
    for (let wrong = 0; wrong < 3; wrong += 1) await ann.verify(temp, wrongCodeOf(app.secret));
    const subjects = (await mailsTo(world, ann.email)).map(({ subject }) => subject);
    expect(subjects).toContain('Alguien conoce su contraseña: falló el segundo paso de un inicio de sesión');

    expect((await ann.choose(null)).status).toBe(204);
    await forgot(world, ann.username);
    expect((await mailsTo(world, ann.email)).at(-1)?.subject).toBe('Set a new password');
  });

  test('is that of codes by mail and by text message, at the enrolment and at a login', async () => {
    const ann = await inSpanish();
    await ann.choose('es');
    const { bearer } = await ann.enrolSent('sms', { phone: freshPhone() }, ann.bearer);
    expect(world.texts.at(-1)?.text).toMatch(/^\d{6} es su clave de Sallyport\. No la comparta con nadie\./);
    await ann.enrolSent('email', { email: ann.email ?? '' }, bearer);
    const codes = world.mails.filter(({ to, subject }) => to === ann.email && /^\d{6} /.test(subject));
    expect(codes.at(-1)?.subject).toMatch(/^\d{6} es su código de Sallyport$/);
    wait(60);
    const { temp_token: temp } = (await ann.login()).body;
    expect(world.texts.at(-1)?.text).toMatch(/es su clave de Sallyport\. .*\n\n@127\.0\.0\.1 #\d{6}$/s);
    const sent = world.mails.length;
    await world.call('POST', '/auth/mfa/challenge', { temp_token: temp, method: 'email' });
    expect(world.mails.slice(sent).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^\d{6} es su código de Sallyport$/),
    ]);
  });

  test('is refused if the service does not speak it', async () => {
    const ann = await inSpanish();
    for (const language of ['fr', 'ES', '', 5]) expect((await ann.choose(language)).status).toBe(400);
    expect((await ann.me()).language).toBeNull();
  });

  test('needs a session, and is audited once', async () => {
    expect((await world.call('PATCH', '/auth/me', { language: 'es' })).status).toBe(401);
    const ann = await inSpanish();
    await ann.choose('es');
    await ann.choose('es');
    const root = await staff(world);
    const { body } = await root.get(`/admin/audit?user_id=${ann.id}&type=user_changed`);
    expect(body.events).toHaveLength(1);
    expect(body.events[0].detail).toEqual({ fields: ['language'] });
  });
});

describe('an administrator', () => {
  test('invites in a language, sees it and changes it; the invitation and the notices follow', async () => {
    const root = await staff(world);
    const email = 'invited-es@example.com';
    const body = { username: 'invited-es', email, roles: ['user'], language: 'es' };
    const { id } = (await root.post('/admin/users', body)).body;
    const [mail] = await mailsTo(world, email);
    expect(mail?.text).toContain(`${root.username} le invita a `);
    expect((await root.get(`/admin/users/${id}`)).body.language).toBe('es');
    const changed = await root.act('PATCH', `/admin/users/${id}`, { language: null });
    expect([changed.status, changed.body.language]).toEqual([200, null]);
    expect(await mailsTo(world, email)).toEqual([]); // another language is no news
    const both = { language: 'es', email: 'invited-es-2@example.com' };
    await root.act('PATCH', `/admin/users/${id}`, both);
    const [notice] = await mailsTo(world, both.email);
    expect(notice?.subject).toMatch(/^Se cambió la dirección/);
  });

  test('invites many, each in their language, and learns which row has an unknown one', async () => {
    const root = await staff(world);
    const row = (name: string, language?: string) => ({
      username: name,
      email: `${name}@example.com`,
      roles: ['user'],
      ...(language && { language }),
    });
    const wrong = { users: [row('many-1', 'es'), row('many-2', 'fr')] };
    const { body } = await root.post('/admin/invitations', wrong);
    expect([body.invited, body.faults]).toEqual([
      0,
      [{ index: 1, pointer: '#/language', reason: 'language_unknown', detail: 'Must be one of en, es' }],
    ]);
    await root.post('/admin/invitations', { users: [row('many-1', 'es'), row('many-2')] });
    const mails = await mailsTo(world, 'many-1@example.com', 'many-2@example.com');
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Se creó una cuenta para usted: elija su contraseña',
      'An account was made for you: set your password',
    ]);
  });
});

test('a password that is set by a link brings the language of the page with it', async () => {
  const ann = await inSpanish();
  await forgot(world, ann.username);
  const [mail] = await mailsTo(world, ann.email);
  const body = { token: tokenIn(mail ?? { text: '' }), new_password: 'nine folded maps', language: 'es' };
  expect((await world.call('POST', '/auth/password/reset', body)).status).toBe(204);
  const [notice] = await mailsTo(world, ann.email);
  expect(notice?.subject).toBe('Se restableció por correo la contraseña de su cuenta');

  await forgot(world, ann.username);
  const [next] = await mailsTo(world, ann.email);
  expect(next?.subject).toBe('Elija una contraseña nueva');
  await reset(world, tokenIn(next ?? { text: '' }), 'ten folded maps'); // without a language it stays
  const [last] = await mailsTo(world, ann.email);
  expect(last?.subject).toMatch(/^Se restableció/);
});

describe('an installation with another language', () => {
  const spanish = useWorld({ letterhead: { ...plainLetterhead('Condado'), language: 'es' } });

  test('writes to users without a language in it', async () => {
    const ann = await spanish.user();
    await forgot(spanish, ann.username);
    const [mail] = await mailsTo(spanish, ann.email);
    expect(mail?.text).toContain('Alguien pidió una contraseña nueva para su cuenta en Condado.');
    await ann.enrolSent('sms', { phone: freshPhone() });
    expect(spanish.texts.at(-1)?.text).toContain('es su clave de');
  });
});
