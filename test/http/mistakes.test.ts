import { beforeAll, describe, expect, test } from 'vitest';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let root: Staff;
let ann: Awaited<ReturnType<typeof world.user>>;
let bearer: string;
beforeAll(async () => {
  root = await staff(world);
  ann = await world.user();
  bearer = (await ann.login()).body.access_token;
});

const json = { 'content-type': 'application/json' };
type Method = 'GET' | 'POST' | 'PUT' | 'OPTIONS';

async function problemFrom(
  method: Method,
  url: string,
  body?: unknown,
  headers: Record<string, string> = json,
) {
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await world.app.inject({
    method,
    url,
    headers,
    ...(payload !== undefined && { payload }),
  });
  return answer.json();
}

const asAnn = () => ({ ...json, authorization: `Bearer ${bearer}` });
const asRoot = () => ({ ...json, authorization: `Bearer ${root.bearer}` });

describe('the answer to a mistake says what was wrong, where, and what to do', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', undefined])(
    'a body of type %s',
    async (type) => {
      const { detail } = await problemFrom('POST', '/auth/login', '{}', type ? { 'content-type': type } : {});
      expect(detail).toBe('Send the body as JSON: Content-Type: application/json.');
    },
  );

  test('a body that is not there', async () => {
    for (const body of ['', undefined])
      expect((await problemFrom('POST', '/auth/login', body)).errors).toEqual([
        { pointer: '#', detail: 'Required: an object, as JSON' },
      ]);
  });

  test('a field that is missing, and one under another name', async () => {
    const missing = await problemFrom('POST', '/auth/login', { username: 'ann' });
    expect(missing).toMatchObject({
      detail: '#/password: Required',
      errors: [{ pointer: '#/password', detail: 'Required' }],
    });
    const { errors } = await problemFrom('POST', '/auth/mfa/verify-enrollment', { code: '123456' }, asAnn());
    expect(errors).toEqual([
      {
        pointer: '#/code',
        detail: 'Not a field of this request. Its fields: factor_id, token, response, refresh_in',
      },
    ]);
  });

  test('a value of a list that is missing', async () => {
    const { errors } = await problemFrom('PUT', '/admin/rollout', {}, asRoot());
    expect(errors).toEqual([{ pointer: '#/phase', detail: 'Required: one of soft, gradual, full' }]);
  });

  test('a value of another kind, and one that is not in the list', async () => {
    const login = { username: 'ann', password: 'seven wet umbrellas' };
    for (const [field, value, detail] of [
      ['area', 'adminn', 'Must be one of admin, public, vendor'],
      ['mfa_token', 123456, 'Must be a string'],
    ] as const)
      expect((await problemFrom('POST', '/auth/login', { ...login, [field]: value })).errors).toEqual([
        { pointer: `#/${field}`, detail },
      ]);
  });

  test.each([
    ['/auth/mfa/enrol', '/auth/mfa/enroll'],
    ['/auth/login/', '/auth/login'],
    ['/Auth/Login', '/auth/login'],
    ['/auth/mfa/verfy', '/auth/mfa/verify'],
    ['/auth/mfa/evrfiy', '/auth/mfa/verify'],
  ])('the path %s', async (path, meant) => {
    expect((await problemFrom('POST', path, {})).detail).toBe(
      `There is no such route. Did you mean ${meant}?`,
    );
  });

  test('another method', async () => {
    expect((await problemFrom('GET', '/auth/login')).detail).toBe(
      'This path does not support this method. The Allow header lists those that it supports: POST.',
    );
  });

  test('a token that is none, one in the URL, and one of another area', async () => {
    const junk = await problemFrom('GET', '/auth/me', undefined, { authorization: 'Bearer a.b.c' });
    expect(junk.detail).toContain('Refresh it, or log in again.');
    const inUrl = await problemFrom('GET', '/auth/me?access_token=x', undefined, {});
    expect(inUrl.errors).toEqual([
      {
        pointer: '?access_token',
        detail: 'Not a parameter of this route. Send a token as the header Authorization: Bearer …',
      },
    ]);
    const other = await problemFrom('GET', '/admin/users', undefined, { authorization: `Bearer ${bearer}` });
    expect(other.detail).toBe(
      'This token is for the area public. This route needs a login to the area admin.',
    );
  });

  test('an access token where a refresh token is meant', async () => {
    const { errors } = await problemFrom('POST', '/auth/refresh', { refresh_token: bearer });
    expect(errors[0].detail).toContain('send refresh_token of the last answer, not a token of another kind');
  });

  test('a page of another origin: the answer and the log name the setting, once an origin', async () => {
    const headers = { origin: 'https://new.example', 'access-control-request-method': 'POST' };
    const before = world.logs.length;
    for (let times = 0; times < 3; times += 1) {
      const { detail } = await problemFrom('OPTIONS', '/auth/login', undefined, headers);
      expect(detail).toContain('CORS_ORIGINS');
    }
    const lines = world.logs.slice(before).filter((line) => line.includes('CORS_ORIGINS'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 40, origin: 'https://new.example' });
  });

  test('half a policy, one field of it wrong, and a preset that is none', async () => {
    const put = async (body: unknown) =>
      (await problemFrom('PUT', '/admin/areas/public', body, asRoot())).errors;
    const half = await put({ mfa: 'required', idle_seconds: null });
    expect(half).toEqual(
      expect.arrayContaining([
        { pointer: '#/access_seconds', detail: 'Required' },
        { pointer: '#/audit', detail: 'Required: one of medium, high' },
      ]),
    );
    expect(half.map(({ pointer }: { pointer: string }) => pointer)).not.toContain('#');
    const { policy } = (await root.get('/admin/areas/public')).body;
    expect(await put({ ...policy, access_seconds: 5 })).toEqual([
      { pointer: '#/access_seconds', detail: 'From 60 to 3600 seconds' },
    ]);
    expect(await put({ ...policy, allowed_methods: 7 })).toMatchObject([
      { pointer: '#/allowed_methods', detail: expect.stringContaining(', or ') },
    ]);
    expect(await put({ preset: 'secure' })).toMatchObject([
      { pointer: '#/preset', detail: 'Must be one of standard, strict, pci, cjis, nydfs' },
    ]);
    for (const body of [5, [], 'x']) expect((await put(body))[0]).toMatchObject({ pointer: '#' });
  });

  test('an exemption without its end, with a date alone, and a second one', async () => {
    const exempt = (body: Record<string, unknown>) =>
      problemFrom('POST', '/admin/exemptions', { user_id: ann.id, reason: 'Waits', ...body }, asRoot());
    expect((await exempt({})).errors).toEqual([{ pointer: '#/ends_at', detail: 'Required' }]);
    expect((await exempt({ ends_at: '2026-12-24' })).errors).toEqual([
      { pointer: '#/ends_at', detail: 'A date with its time in UTC, such as 2026-02-03T09:30:00Z' },
    ]);
    const ends_at = new Date(Date.now() + 86_400_000).toISOString();
    expect(await exempt({ ends_at })).toMatchObject({ ends_at });
    const twice = await exempt({ ends_at });
    expect(twice).toMatchObject({ status: 409, detail: expect.stringContaining('already exempt until') });
    expect(twice.title).not.toMatch(/somebody/i);
    expect((await exempt({ user_id: undefined, ends_at })).errors).toEqual([
      { pointer: '#/user_id', detail: 'Required' },
    ]);
  });

  test('a method that nothing carries here is named as such', async () => {
    const { type, detail } = await problemFrom(
      'POST',
      '/auth/mfa/enroll',
      { method: 'carrier_pigeon', phone: '+15095550100' },
      asAnn(),
    );
    expect(type).toBe('/problems/method-not-allowed');
    expect(detail).toContain('Methods that can: ');
  });
});
