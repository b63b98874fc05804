import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/domain/audit/seal.ts';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { verifyExport } from '../../src/features/audit/verify-export.ts';
import { eventsDuring, inWords } from '../support/audit.ts';
import { insertEvents, publishedCheckpoints, sealedLog, summaryOf } from '../support/sealed-log.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld } from '../support/world.ts';

const world = useWorld();
let auditor: Staff;
beforeAll(async () => {
  auditor = await staff(world, 'auditor');
  await sealedLog(world, 2, 45);
});

/** Everything to the last page. */
async function pages(query: string, limit = 7) {
  const events: { seq: number; [name: string]: unknown }[] = [];
  let cursor: string | null = null;
  do {
    const url: string = `/admin/audit?limit=${limit}${query}${cursor ? `&cursor=${cursor}` : ''}`;
    const { body, status } = await auditor.get(url);
    expect(status, JSON.stringify(body)).toBe(200);
    events.push(...body.events);
    cursor = body.next_cursor;
  } while (cursor);
  return events;
}

async function exported(after = '') {
  const response = await world.app.inject({
    method: 'GET',
    url: `/admin/audit/export${after}`,
    headers: { authorization: `Bearer ${auditor.bearer}` },
  });
  return { ...response, lines: response.body.trimEnd().split('\n') };
}

describe('who may read the audit', () => {
  test.each(['/admin/audit', '/admin/audit/verify', '/admin/audit/export'])(
    'AU-5 nobody but administrators and auditors, with a second factor: GET %s',
    async (url) => {
      const helper = await staff(world, 'helpdesk');
      expect(await helper.get(url)).toMatchObject({ status: 403, type: '/problems/insufficient-scope' });
      const { body } = await (await world.user({ roles: ['auditor'] })).login('public');
      expect((await world.call('GET', url, undefined, { bearer: body.access_token })).status).toBe(401);
      expect((await world.call('GET', url)).status).toBe(401);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const)
        expect((await auditor.act(method, url)).status).toBe(405);
    },
  );

  test('AU-3 and reading is an event itself', async () => {
    const events = await eventsDuring(world, async () => {
      await auditor.get('/admin/audit?type=mfa_passed&outcome=success');
      await auditor.get('/admin/audit/verify');
      await exported();
    });
    const reads = events.filter(({ type }) => type.startsWith('audit_'));
    expect(reads.map(inWords)).toEqual([
      'audit_read success',
      'audit_verified success',
      'audit_exported success',
    ]);
    expect(reads.map(({ userId, area }) => [userId, area])).toEqual(Array(3).fill([auditor.id, 'admin']));
    expect(reads[0]?.detail).toMatchObject({ filters: ['type', 'outcome'] });
  });

  test('AU-3 which is written before anything is shown', async () => {
    const { owner } = world.database;
    await sql`alter table audit_events add constraint jammed check (type not like 'audit\_%') not valid`.execute(
      owner,
    );
    for (const url of ['/admin/audit', '/admin/audit/verify', '/admin/audit/export']) {
      const { status, body } = await auditor.get(url);
      expect(status).toBe(500);
      expect(body.events).toBeUndefined();
    }
    await sql`alter table audit_events drop constraint jammed`.execute(owner);
  });
});

describe('a list of events', () => {
  test('AU-1 says everything that is known of each, newest first', async () => {
    const ann = await world.user();
    await ann.login(
      'public',
      { password: 'wrong' },
      { ip: '203.0.113.9', headers: { 'user-agent': 'curl/8' } },
    );
    const [event, ...more] = await pages(`&user_id=${ann.id}&type=authn_login_fail`);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'authn_login_fail',
      outcome: 'failure',
      user_id: ann.id,
      actor_id: null,
      area: 'public',
      method: 'password',
      session_id: null,
      ip: '203.0.113.9',
      user_agent: 'curl/8',
    });
    expect(event?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('AU-9 comes whole and in order, page by page, while more is written', async () => {
    await insertEvents(world, 40);
    const rows = await world.database.db
      .selectFrom('auditEvents')
      .select('seq')
      .orderBy('seq', 'desc')
      .execute();
    const listed = (await pages('')).map(({ seq }) => seq);
    expect(listed.slice(-rows.length)).toEqual(rows.map(({ seq }) => seq));
    expect(new Set(listed).size).toBe(listed.length);
  });

  test('can be narrowed by everything that it shows, and by time', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    const all = await pages('', 500);
    const of = (name: string, value: unknown) => all.filter((event) => event[name] === value).length;
    const added = all.find(({ type, user_id: id }) => type === 'mfa_factor_added' && id === ann.id);
    for (const name of ['user_id', 'area', 'method', 'session_id', 'request_id', 'ip', 'outcome'] as const) {
      const value = String(added?.[name]);
      const found = await pages(`&${name}=${encodeURIComponent(value)}`, 500);
      expect(found.length, name).toBeGreaterThan(0);
      expect(
        found.every((event) => event[name] === value),
        name,
      ).toBe(true);
      expect(found.length, name).toBeGreaterThanOrEqual(of(name, value));
    }
    const since = await pages(`&user_id=${ann.id}&from=${added?.at}`);
    expect(since.map(({ seq }) => seq)).toContain(added?.seq);
    const before = await pages(`&user_id=${ann.id}&until=${added?.at}`);
    expect(before.map(({ seq }) => seq)).not.toContain(added?.seq);
  });

  test.each([
    'limit=0',
    'limit=501',
    'cursor=x',
    'type=nothing',
    'user_id=1',
    'from=yesterday',
    'seq=1',
    'ip=',
  ])('HT-3 refuses ?%s by its name', async (query) => {
    const { status, body } = await auditor.get(`/admin/audit?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0].pointer).toBe(`?${query.split('=')[0]}`);
  });
});

describe('AU-5 verifying over HTTP', () => {
  test('reports that it holds, or which record does not', async () => {
    await sealEvents(world.deps);
    const { body } = await auditor.get('/admin/audit/verify');
    expect(body).toMatchObject({ holds: true, fault: null, seals: { first: 1 }, next_after: null });
    expect(body.events).toBeGreaterThan(40);
    const { owner } = world.database;
    const undo = await sql<{ ip: string }>`select ip from audit_events where seq = 5`.execute(owner);
    await sql`update audit_events set ip = '192.0.2.99' where seq = 5`.execute(owner);
    const events = await eventsDuring(world, async () => {
      expect((await auditor.get('/admin/audit/verify')).body).toMatchObject({
        holds: false,
        fault: { kind: 'changed', seal: 1, seq: 5, detail: 'Event 5, of seal 1, was changed.' },
        next_after: null,
      });
    });
    expect(events.map(inWords)).toContain('audit_verified failure');
    await sql`update audit_events set ip = ${undo.rows[0]?.ip} where seq = 5`.execute(owner);
    expect((await auditor.get('/admin/audit/verify')).body.holds).toBe(true);
  });

  test('goes on behind a seal, and not behind one that there is not', async () => {
    const { body } = await auditor.get('/admin/audit/verify');
    expect((await auditor.get(`/admin/audit/verify?after=${body.seals.last}`)).body).toMatchObject({
      holds: true,
      seals: { first: null, last: body.seals.last },
      events: 0,
    });
    expect((await auditor.get('/admin/audit/verify?after=9999')).status).toBe(404);
  });

  test('compares it with the checkpoints that this instance has published', async () => {
    const checkpoints = await publishedCheckpoints(world);
    const outside = { list: checkpoints as readonly Checkpoint[] };
    const there = await createWorld({
      database: world.database,
      vault: world.deps.vault,
      checkpoints: async function* () {
        yield* outside.list;
      },
    });
    const verify = async () => (await there.call('GET', '/admin/audit/verify', undefined, auditor)).body;
    expect(await verify()).toMatchObject({ holds: true, checkpoints: checkpoints.length });
    const next = (checkpoints.at(-1)?.number ?? 0) + 1;
    outside.list = [...checkpoints, { ...(checkpoints[0] as Checkpoint), number: next }];
    expect(await verify()).toMatchObject({ holds: false, fault: { kind: 'lost', seal: next } });
    await there.app.close();
  });
});

describe('AU-1 the names of an event', () => {
  /** An event that somebody did to somebody, and how to give both another name, or none. */
  async function helped() {
    const ann = await world.user();
    const desk = await staff(world, 'helpdesk');
    await desk.post(`/admin/users/${ann.id}/unlock`, { reason: 'Called back' });
    const event = async () => (await pages(`&type=user_unlocked&user_id=${ann.id}`))[0];
    const { owner } = world.database;
    const rename = ({ id }: { id: string }, username: string) =>
      owner.updateTable('users').set({ username }).where('id', '=', id).execute();
    const erase = ({ id }: { id: string }) => owner.deleteFrom('users').where('id', '=', id).execute();
    return { ann, desk, event, rename, erase };
  }

  test('are that of then and that of today, where the user was renamed', async () => {
    const { ann, desk, event, rename } = await helped();
    const ids = { user_id: ann.id, username: ann.username, actor_id: desk.id };
    expect(await event()).toMatchObject({
      ...ids,
      username_now: ann.username,
      actor_username: desk.username,
    });
    await rename(ann, `now-${ann.username}`);
    await rename(desk, `now-${desk.username}`);
    expect(await event()).toMatchObject({
      ...ids,
      username_now: `now-${ann.username}`,
      actor_username: `now-${desk.username}`,
    });
    const narrowed = async (username: string) =>
      (await pages(`&type=user_unlocked&username=${username}`)).length;
    expect([await narrowed(ann.username), await narrowed(`now-${ann.username}`)]).toEqual([1, 0]);
  });

  test('are that of then alone, where the account was erased', async () => {
    const { ann, desk, event, erase } = await helped();
    await erase(ann);
    expect(await event()).toMatchObject({
      user_id: ann.id,
      username: ann.username,
      username_now: null,
      actor_username: desk.username,
    });
    await erase(desk);
    expect(await event()).toMatchObject({ actor_id: desk.id, actor_username: null });
  });

  test('an export shows the names at the time of the event, not later names', async () => {
    const { ann, rename, erase } = await helped();
    await sealEvents(world.deps);
    const own = async () =>
      (await exported()).lines.filter((line) => line.includes('user_unlocked') && line.includes(ann.id));
    const before = await own();
    expect(JSON.parse(before[0] ?? '').event).toMatchObject({ username: ann.username });
    expect(before.join()).not.toMatch(/username_now|actor_username/);
    await rename(ann, `now-${ann.username}`);
    expect(await own()).toEqual(before);
    await erase(ann);
    expect(await own()).toEqual(before);
    const csv = String((await auditor.get('/admin/audit/export?format=csv')).body);
    expect(csv).toContain(`user_unlocked,info,success,${ann.username},${ann.id},`);
    expect(csv).not.toContain('now-');
  });
});

describe('AU-9 an export', () => {
  async function* each<T>(items: readonly T[]) {
    yield* items;
  }
  const verified = async (lines: readonly string[], checkpoints: readonly Checkpoint[] = []) =>
    summaryOf(await verifyExport(each(lines), world.deps.vault.signer.keys, each(checkpoints)));

  test('is NDJSON with every event once, and verifies where there is no database', async () => {
    await insertEvents(world, 30);
    await sealEvents(world.deps);
    await insertEvents(world, 3);
    const { lines, headers, statusCode } = await exported();
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('application/x-ndjson');
    const seqs = lines.flatMap((line) => JSON.parse(line).event?.seq ?? []);
    const rows = await world.database.db.selectFrom('auditEvents').select('seq').orderBy('seq').execute();
    expect(seqs).toEqual(rows.map(({ seq }) => seq));
    expect(await verified(lines, await publishedCheckpoints(world))).toBe('holds');
  });

  test('AU-5 in which a line was changed, removed, added or moved does not', async () => {
    const { lines } = await exported();
    const checkpoints = await publishedCheckpoints(world);
    const at = lines.findIndex((line) => JSON.parse(line).event?.seq === 7);
    const line = lines[at] ?? '';
    const other = line.replace(/"ip":"[^"]*"/, '"ip":"192.0.2.99"');
    expect(await verified(lines.with(at, other))).toBe('changed 7');
    expect(await verified(lines.toSpliced(at, 1))).toBe('removed 7');
    expect(await verified(lines.toSpliced(at, 0, line.replace('"seq":7,', '"seq":-7,')))).toBe('inserted -7');
    for (const place of [at, at + 1, at + 2])
      expect(await verified(lines.toSpliced(place, 0, other)), 'a second 7').toBe('inserted 7');
    expect(await verified(lines.toSpliced(at, 2, lines[at + 1] ?? '', line))).toBe('reordered 7');
    const seal = lines.findIndex((one) => JSON.parse(one).seal?.number === 2);
    expect(await verified(lines.toSpliced(seal, 1))).toBe('removed seal 2');
    const cut = lines.slice(0, seal);
    const short = [...cut, '{"end":{"number":1,"given":1,"more":false}}'];
    const exportedAt = (time: string) => (lines[0] ?? '').replace(/"at":"[^"]*"/, `"at":"${time}"`);
    const sealedAt = checkpoints.find(({ number }) => number === 2)?.sealedAt ?? '';
    const during = short.with(0, exportedAt(sealedAt));
    expect(await verified(during, checkpoints), 'sealed during the export').toBe('holds');
    const rewritten = checkpoints.map((one) => (one.number === 2 ? { ...one, hash: 'another' } : one));
    expect(await verified(lines, rewritten), 'nor is that overlooked').toBe('replaced seal 2');
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await verified(short.with(0, exportedAt(later)), checkpoints)).toBe('lost seal 2');
    await expect(verified(short.with(0, exportedAt('never')))).rejects.toThrow('Line 1: This is not a line');
    const more = [...cut, '{"end":{"number":1,"given":1,"more":true}}', other];
    await expect(verified(more), 'what follows is not read').rejects.toThrow('its end is missing');
    await expect(verified(cut)).rejects.toThrow('no line {"end": …}: its end is missing');
    await expect(verified(lines.with(at, line.slice(0, 40)))).rejects.toThrow(
      `Line ${at + 1}: This is not a line`,
    );
    await expect(verified(lines.slice(1))).rejects.toThrow('Line 1 must be {"export": …}');
    await expect(verified([...lines, lines[0] ?? ''])).rejects.toThrow('the file holds two exports');
  });

  test('goes on where another ended, with nothing missing between the two', async () => {
    await sealedLog(world, 1, 40);
    const whole = (await exported()).lines;
    const seqsOf = (lines: readonly string[]) => lines.flatMap((line) => JSON.parse(line).event?.seq ?? []);
    const last = (await publishedCheckpoints(world)).at(-1)?.number ?? 0;
    const { lines } = await exported(`?after=${last - 1}`);
    const end = whole.findIndex((line) => JSON.parse(line).seal?.number === last - 1);
    expect(seqsOf(lines).slice(0, 30)).toEqual(seqsOf(whole.slice(end)).slice(0, 30));
    await expect(verified(lines)).rejects.toThrow('Only a complete export can be verified');
    expect((await exported('?after=9999')).statusCode).toBe(404);
  });
});

describe('GET /admin/audit/export?format=csv', () => {
  const table = async () => {
    const { status, body, headers } = await auditor.get('/admin/audit/export?format=csv');
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    return String(body).split('\r\n');
  };

  test('AU-9 has a line for each event, with the names of the API', async () => {
    const lines = await table();
    expect(lines[0]).toBe(
      'seq,at,type,severity,outcome,username,user_id,actor_id,area,method,factor_id,session_id,request_id,ip,user_agent,detail',
    );
    const { count } = await world.database.db
      .selectFrom('auditEvents')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(lines.slice(1, -1)).toHaveLength(Number(count));
    expect(lines.at(-2)).toContain(',audit_exported,info,success,');
  });

  test.each([
    ['=cmd|calc!A1', `'=cmd|calc!A1`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['+1', `'+1`],
    ['-1', `'-1`],
    ['say "hi", you', '"say ""hi"", you"'],
    ['curl/8.5.0', 'curl/8.5.0'],
  ])('AU-4 a User-Agent %s is text, not a formula', async (agent, cell) => {
    const headers = { 'user-agent': agent };
    await world.call('POST', '/auth/login', { username: `n${agent.length}`, password: 'x' }, { headers });
    expect((await table()).filter((line) => line.includes(`,${cell},`)).length).toBeGreaterThan(0);
    const unsafe = (await table()).flatMap((line) => line.split(',')).filter((one) => /^[=+@]/.test(one));
    expect(unsafe).toEqual([]);
  });

  test('HT-3 another format is refused by name', async () => {
    expect(await auditor.get('/admin/audit/export?format=xlsx')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '?format' }] },
    });
  });
});
