import { beforeEach, describe, expect, test } from 'vitest';
import { deliverDue } from '../../src/features/notices/outbox-worker.ts';
import { dependencyUnavailable, Problem } from '../../src/lib/problem.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { eventsOf, freshPhone, mailsTo, otherThan } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

type Entry = {
  readonly at: string;
  readonly kind: string;
  readonly says: string;
  readonly by: string | null;
  readonly reason: string | null;
};
type Refusal = { readonly detail: string; readonly reason: string };

let refusal: Refusal | null = null;
const world = useWorld({
  carriers: {
    sms: {
      sendSms: async (message) => {
        if (refusal) throw new Problem(dependencyUnavailable, refusal);
        sent.push(message.text);
      },
    },
    sendMail: async (mail) => void sent.push(mail.text),
  },
});
const sent: string[] = [];
let desk: Staff;
beforeEach(async () => {
  desk = await staff(world, 'helpdesk');
  refusal = null;
});

const timelineOf = async (id: string, query = '') => {
  const { status, body } = await desk.get(`/admin/users/${id}/timeline${query}`);
  expect(status).toBe(200);
  return body as { entries: Entry[]; next_cursor: string | null };
};
const saidOf = async (id: string) =>
  (await timelineOf(id)).entries.map(({ kind, says }) => `${kind}: ${says}`);
/** Without the mails: some are written at the same moment. */
const eventsSaid = async (id: string) => (await saidOf(id)).filter((one) => !one.startsWith('letter'));
const codeSent = () => /\d{6}/.exec(sent.at(-1) ?? '')?.[0] ?? '';

/** Somebody with a phone, who logs in half a minute later than anything before. */
async function withPhone() {
  const ann = await world.user();
  const phone = freshPhone();
  const { access_token: bearer } = (await ann.login()).body;
  const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
  expect(begun.status).toBe(200);
  const confirmed = await world.call(
    'POST',
    '/auth/mfa/verify-enrollment',
    { token: codeSent() },
    { bearer },
  );
  expect(confirmed.status).toBe(200);
  wait(60);
  return { ...ann, phone };
}

describe('GET /admin/users/{id}/timeline', () => {
  test('RK-7 OB-5 says of a text message that it was sent, that it came back, and that it did not', async () => {
    const ann = await withPhone();
    const { temp_token: first } = (await ann.login()).body;
    expect((await saidOf(ann.id))[0]).toMatch(
      /^send: A code was sent by text message to \+1•+\d\d, and the carrier took it\. Whether it reached the phone is not known\.$/,
    );
    await ann.verify(first, otherThan(codeSent()));
    expect((await eventsSaid(ann.id))[0]).toBe(
      'failure: A wrong code, or another wrong answer, by text message.',
    );
    expect((await ann.verify(first, codeSent())).status).toBe(200);
    const all = (await saidOf(ann.id)).join('\n');
    expect(all).toMatch(/and the carrier took it\. It was typed in at \d\d:\d\d:\d\d UTC\./);
    expect(all).toContain('login: Logged in to public by text message.');
  });

  test.each([
    ['phone_invalid', 'The carrier says that this number does not exist.'],
    ['phone_not_sms_capable', 'The carrier says that this number takes no text messages.'],
    ['sms_blocked', 'The carrier blocks text messages to this number.'],
    ['sms_unavailable', 'The carrier did not take it.'],
  ])('OB-5 says why none was sent: %s', async (reason, says) => {
    const ann = await withPhone();
    refusal = { detail: 'No.', reason };
    expect((await ann.login()).status).toBe(503);
    const said = await saidOf(ann.id);
    expect(said[0]).toMatch(/^send: No code was sent by text message to \+1•+\d\d\./);
    expect(said[0]).toContain(says);
    expect((await timelineOf(ann.id)).entries[0]?.reason).toBe(reason);
  });

  test('OB-5 says that it was too early for another', async () => {
    const ann = await withPhone();
    await ann.login();
    expect((await ann.login()).body.sent).toBe(false);
    expect((await saidOf(ann.id))[0]).toContain(
      'Too many codes were requested: it is too early for the next one.',
    );
  });

  test('RL-2 shows locks, and help with the name of the helper, but not what they wrote', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    for (let tried = 0; tried < 4; tried += 1) await ann.verify(temp_token, wrongCodeOf(secret));
    expect((await eventsSaid(ann.id))[0]).toBe('lock: Too many attempts: the answer was not checked.');
    const reason = 'Called back at +1 509 555 0100';
    await desk.post(`/admin/users/${ann.id}/unlock`, { reason });
    const latest = (await timelineOf(ann.id)).entries.find(({ kind }) => kind === 'help');
    expect(latest).toMatchObject({
      ...{ kind: 'help', says: 'The account was unlocked.', by: desk.username },
      ...{ type: 'user_unlocked', method: null },
    });
    expect(JSON.stringify(await timelineOf(ann.id))).not.toContain('509');
  });

  test('LC-3 shows for each mail whether the mail server took it, and why not', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    const shown = async () => (await saidOf(ann.id)).find((one) => one.startsWith('letter:'));
    const mail = 'letter: A mail to u•••@e•••.com, “A second factor was added to your account”:';
    expect(await shown()).toBe(`${mail} it waits to be sent.`);
    const deps = { ...world.deps, onFailure: () => {} };
    const detail = 'The mail server refuses this address. Check it or use another method.';
    const refuse = async () => {
      throw dependencyUnavailable({ detail });
    };
    await deliverDue({ ...deps, sendMail: refuse });
    expect(await shown()).toBe(
      `${mail} the mail server has not taken it so far; the service tries again. ${detail}`,
    );
    wait(40);
    await mailsTo(world, ann.email);
    expect(await shown()).toMatch(/: the mail server took it at \d\d:\d\d:\d\d UTC\.$/);

    await world.call('POST', '/auth/password/forgot', { username: ann.username });
    for (let tried = 0; tried < 12; tried += 1) {
      await deliverDue({ ...deps, sendMail: refuse });
      wait(21_600);
    }
    desk = await staff(world, 'helpdesk');
    expect(await shown()).toContain('“Set a new password”: given up after several tries.');
  });

  test('FP-1 what was typed as a name that nobody has is kept nowhere', async () => {
    const typed = 'my-secret-passphrase';
    await world.call('POST', '/auth/password/forgot', { username: typed });
    const waiting = await world.database.db.selectFrom('outbox').select('username').execute();
    expect(JSON.stringify(waiting)).not.toContain(typed);
    await mailsTo(world);
    expect(JSON.stringify(await world.database.db.selectFrom('letters').selectAll().execute())).not.toContain(
      typed,
    );
  });

  test('leaves out what does not concern the helpdesk', async () => {
    await timelineOf(desk.id); // which is an event of the reader
    await desk.get('/admin/audit');
    const said = await saidOf(desk.id);
    expect(said.length).toBeGreaterThan(2);
    expect(said.join('\n')).not.toContain('Something else happened');
  });

  test('holds no code and no whole address', async () => {
    const ann = await withPhone();
    await ann.login();
    const text = JSON.stringify(await timelineOf(ann.id));
    for (const secret of [ann.phone, ann.phone.slice(1), ann.email ?? '', codeSent()])
      expect(text).not.toContain(secret);
  });

  test('comes in pages, newest first, each entry once', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    for (let time = 0; time < 5; time += 1) await ann.login('public', { password: 'wrong' });
    const whole = (await timelineOf(ann.id)).entries;
    const paged: Entry[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await timelineOf(ann.id, `?limit=2${cursor && `&cursor=${cursor}`}`);
      paged.push(...page.entries);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(whole);
    expect(whole.length).toBeGreaterThan(8);
    const times = whole.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });

  test('AU-3 is for the staff, and reading it is an event', async () => {
    const ann = await world.user();
    await timelineOf(ann.id);
    const events = await eventsOf(world, desk.id);
    expect(events.find(({ type }) => type === 'audit_read')).toMatchObject({
      detail: { filters: ['timeline'] },
    });
    for (const by of [await staff(world, 'auditor'), await staff(world)])
      expect((await by.get(`/admin/users/${ann.id}/timeline`)).status).toBe(200);
    const { access_token: bearer } = (await ann.login()).body;
    const own = await world.call('GET', `/admin/users/${ann.id}/timeline`, undefined, { bearer });
    expect(own.status).toBe(401);
    expect((await desk.get('/admin/users/00000000-0000-4000-8000-000000000000/timeline')).status).toBe(404);
    for (const query of ['?limit=0', '?cursor=x', '?page=1'])
      expect((await desk.get(`/admin/users/${ann.id}/timeline${query}`)).status).toBe(400);
  });
});
