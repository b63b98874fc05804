import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, codeOf, wrongCodeOf } from '../support/actor.ts';
import { type Cluster, canCluster, startCluster } from '../support/cluster.ts';
import { until } from '../support/programs.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import type { Answer } from '../support/world.ts';

/** What nginx answers where the process died over a request, or ours where the database was lost on the way. */
const lost = ({ status }: Answer) => [502, 503, 504].includes(status);

type Kind = 'totp' | 'recovery' | 'wrong first';
type Story = {
  readonly kind: Kind;
  readonly person: Actor;
  readonly secret: string;
  readonly codes: readonly string[];
  /** Every answer that the second step gave, and the code that it was given for. */
  readonly answers: { readonly code: string; readonly answer: Answer }[];
  in: boolean;
};

const people = 200;

describe.skipIf(!canCluster)('of two processes one is killed in the middle of 200 logins', () => {
  let cluster: Cluster;
  const stories: Story[] = [];
  const locked: { person: Actor; secret: string; temp: string }[] = [];
  let lostAnswers = 0;

  beforeAll(async () => {
    cluster = await startCluster({ env: { LOG_LEVEL: 'warn' } });
    const kinds: readonly Kind[] = ['totp', 'recovery', 'wrong first'];
    const arrive = async (_: unknown, at: number) => {
      const person = await cluster.world.user();
      const { secret, codes } = await person.enrolTotp();
      stories.push({ kind: kinds[at % 3] ?? 'totp', person, secret, codes, answers: [], in: false });
    };
    await Promise.all(Array.from({ length: people }, arrive));
    for (let at = 0; at < 5; at += 1) {
      const person = await cluster.world.user();
      const { secret } = await person.enrolTotp();
      const temp = (await person.login()).body.temp_token;
      for (let wrong = 0; wrong < 3; wrong += 1) await person.verify(temp, wrongCodeOf(secret));
      locked.push({ person, secret, temp });
    }

    const all = Promise.all(stories.map(getIn));
    await until('some are in', () => stories.filter((story) => story.in).length > 40);
    await cluster.instances[0].stop('SIGKILL');
    await all;
    await cluster.instances[0].start();
  });
  afterAll(() => cluster.close());

  /** As a client does: what was lost is asked again, and where its code turns out to be spent, with another code. */
  async function getIn(story: Story): Promise<void> {
    const { kind, person, secret, codes, answers } = story;
    const client = cluster.over(person);
    const right = kind === 'recovery' ? [...codes] : [codeOf(secret), codeOf(secret, 1), ...codes];
    let wrong = kind === 'wrong first';
    for (let tries = 0; tries < 20; tries += 1) {
      const login = await client.login();
      if (lost(login)) {
        lostAnswers += 1;
        continue;
      }
      expect(login.status).toBe(200);
      const temp = login.body.temp_token;
      for (let again = 0; again < 5; again += 1) {
        const code = wrong ? wrongCodeOf(secret) : (right[0] ?? '');
        const answer = await client.verify(temp, code);
        answers.push({ code, answer });
        if (answer.status === 200) {
          story.in = true;
          return;
        }
        if (lost(answer)) {
          lostAnswers += 1;
          continue;
        }
        if (wrong) expect(answer.type).toBe('/problems/mfa-token-invalid');
        else right.shift(); // spent by an answer that was lost
        wrong = false;
        if (answer.status === 401) break; // so is the temp token
      }
    }
  }

  /** Sessions with a second step, but for the one that enrolled. */
  async function sessionsOf({ id }: Actor): Promise<number> {
    const all = cluster.world.database.db.selectFrom('sessions').select('id');
    const opened = await all.where('userId', '=', id).where('mfaTime', 'is not', null).execute();
    return opened.length - 1;
  }

  test('GF-2 every client that asks again gets in', () => {
    expect(stories.filter((story) => !story.in).map(({ answers }) => answers)).toEqual([]);
  });

  test('GF-2 no client was told anything but yes, no, and that the process was gone', () => {
    const said = stories.flatMap(({ answers }) => answers.map(({ answer }) => answer.type ?? answer.status));
    const known = [
      200,
      502,
      '/problems/mfa-token-invalid',
      '/problems/mfa-token-used',
      '/problems/challenge-invalid',
    ];
    expect([...new Set(said)].filter((one) => !known.includes(one))).toEqual([]);
  });

  test('OT-3 no code worked twice, whether its answer was seen or lost', async () => {
    for (const { person, answers } of stories) {
      const seen = answers.filter(({ answer }) => answer.status === 200);
      const unseen = new Set(answers.filter(({ answer }) => lost(answer)).map(({ code }) => code));
      const opened = await sessionsOf(person);
      expect(seen).toHaveLength(1);
      expect(opened).toBeGreaterThanOrEqual(1);
      expect(opened).toBeLessThanOrEqual(1 + unseen.size);
    }
  });

  test('RC-2 no recovery code is lost: it is good as before, or it opened a session that the audit tells of', async () => {
    for (const { person, codes, answers } of stories.filter(({ kind }) => kind === 'recovery')) {
      const events = await eventTypesOf(cluster.world, person.id);
      const spent = events.filter((type) => type === 'mfa_recovery_code_used').length;
      expect(spent).toBe(await sessionsOf(person));
      const bearer = answers.at(-1)?.answer.body.access_token;
      const { body } = await cluster.call('GET', '/auth/mfa/status', undefined, { bearer });
      expect(body.backup_codes_remaining).toBe(codes.length - spent);
    }
  });

  test('RL-2 no lock is forgotten, at the one that lived or the one that came back', async () => {
    for (const { person, secret, temp } of locked) {
      for (const call of [cluster.one, cluster.two]) {
        const answer = await cluster.over(person, call).verify(temp, codeOf(secret));
        expect(answer).toMatchObject({ status: 429, type: '/problems/too-many-attempts' });
      }
    }
  });

  test('GF-2 the kill came in the middle: answers were lost', () => {
    expect(lostAnswers).toBeGreaterThan(0);
  });
});
