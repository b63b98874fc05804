import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, codeOf, wrongCodeOf } from '../support/actor.ts';
import { type Cluster, canCluster, startCluster } from '../support/cluster.ts';
import {
  createAttempts,
  findInconsistencies,
  isLost,
  type LoginAttempt,
  logInWithRetries,
  unexpectedAnswers,
} from '../support/login-attempts.ts';
import { until } from '../support/programs.ts';

describe.skipIf(!canCluster)('of two processes one is killed in the middle of 200 logins', () => {
  let cluster: Cluster;
  let attempts: LoginAttempt[] = [];
  const locked: { person: Actor; secret: string; temp: string }[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ env: { LOG_LEVEL: 'warn' } });
    attempts = await createAttempts(cluster.world, 200);
    for (let at = 0; at < 5; at += 1) {
      const person = await cluster.world.user();
      const { secret } = await person.enrolTotp();
      const temp = (await person.login()).body.temp_token;
      for (let wrong = 0; wrong < 3; wrong += 1) await person.verify(temp, wrongCodeOf(secret));
      locked.push({ person, secret, temp });
    }

    const all = Promise.all(attempts.map((attempt) => logInWithRetries(cluster, attempt)));
    await until('some are in', () => attempts.filter((attempt) => attempt.in).length > 40);
    await cluster.instances[0].stop('SIGKILL');
    await all;
    await cluster.instances[0].start();
  }, 300_000);
  afterAll(() => cluster.close());

  test('GF-2 every client that asks again gets in', () => {
    expect(attempts.filter((attempt) => !attempt.in).map(({ answers }) => answers)).toEqual([]);
  });

  test('GF-2 no client got an answer but yes, no, and that the process was gone', () => {
    expect(unexpectedAnswers(attempts)).toEqual([]);
  });

  test('GF-2 the kill came in the middle: answers were lost', () => {
    const others = attempts.flatMap(({ refusals, answers }) => [
      ...refusals,
      ...answers.map(({ answer }) => answer),
    ]);
    expect(others.filter(isLost).length).toBeGreaterThan(0);
  });

  test('OT-3 RK-2 no code worked twice, and no recovery code is lost', async () => {
    expect(await findInconsistencies(cluster.world, attempts)).toEqual([]);
  });

  test('RL-2 no lock is forgotten, at the one that lived or the one that came back', async () => {
    for (const { person, secret, temp } of locked) {
      for (const call of [cluster.one, cluster.two]) {
        const answer = await cluster.over(person, call).verify(temp, codeOf(secret));
        expect(answer).toMatchObject({ status: 429, type: '/problems/too-many-attempts' });
      }
    }
  });
});
