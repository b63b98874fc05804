import { generateSync } from 'otplib';
import type { httpCaller } from '../test/support/http-caller.ts';
import type { OutcomeCheck } from './soak-outcomes.ts';

type Call = ReturnType<typeof httpCaller>['call'];
type Method = Parameters<Call>[0];
type Body = Record<string, unknown>;

type Session = { bearer: string; refresh: string; readonly at: number; endedAt: number | null };

/** What the model knows of somebody: each is visited by one client at a time, so it knows what each call must give. */
export type Person = {
  readonly username: string;
  secret: string | null;
  /** The last step whose code was sent, whether its answer came or not: only later ones are certain. */
  lastStep: number;
  /** Answers that were paid for and may not have been cleared. */
  unsettled: number;
  wrongPasswords: number;
  codes: string[];
  sessions: Session[];
  busy: boolean;
  /** Something of theirs is unknown in a way that no later call settles. */
  lost: boolean;
};

export const soakPassword = 'seven wet umbrellas';
const cacheMs = 6_000; // what an instance remembers of a session is at most five seconds old

export function newPerson(username: string, secret: string | null): Person {
  const empty = { lastStep: 0, unsettled: 0, wrongPasswords: 0, busy: false, lost: false };
  return { username, secret, codes: [], sessions: [], ...empty };
}

export function createVisits(call: Call, check: OutcomeCheck) {
  async function ask(
    what: string,
    method: Method,
    url: string,
    body: Body | undefined,
    bearer: string | null,
    expected: string[],
  ) {
    const sentAt = performance.now();
    const answer = await call(method, url, body, bearer === null ? {} : { bearer });
    return { outcome: check(what, sentAt, answer, expected), body: answer.body };
  }

  async function passwordOf({ username }: Person, what: string) {
    return ask(what, 'POST', '/auth/login', { username, password: soakPassword }, null, ['200']);
  }

  async function answer(person: Person, what: string, mfa_token: string, expected: string[]) {
    const login = await passwordOf(person, 'login');
    if (login.outcome !== '200') return login;
    person.unsettled += 1;
    const { temp_token } = login.body;
    const verified = await ask(what, 'POST', '/auth/mfa/verify', { temp_token, mfa_token }, null, expected);
    if (verified.outcome === 'mfa-token-used') person.unsettled -= 1; // costs nothing
    if (verified.outcome === '200') {
      person.unsettled = 0;
      keep(person, verified.body);
    }
    return verified;
  }

  const visits = {
    'wrong password': async (person: Person) => {
      if (person.wrongPasswords > 5) return;
      person.wrongPasswords += 1;
      const { username } = person;
      await ask('wrong password', 'POST', '/auth/login', { username, password: 'another' }, null, [
        'invalid-credentials',
      ]);
    },

    totp: async (person: Person) => {
      const { secret } = person;
      if (!secret || stepNow() <= person.lastStep || person.unsettled > 1) return;
      if (person.unsettled === 0 && Math.random() < 0.2)
        await answer(person, 'wrong code', wrongCode(secret), ['mfa-token-invalid']);
      const step = stepNow();
      if (step <= person.lastStep) return;
      const code = codeAt(secret, step);
      person.lastStep = step;
      const { outcome } = await answer(person, 'right code', code, ['200']);
      if (outcome === '200' && Math.random() < 0.3 && stepNow() === step)
        await answer(person, 'replayed code', code, ['mfa-token-used']);
    },

    recovery: async (person: Person) => {
      if (person.unsettled > 1) return;
      const code = person.codes.pop(); // if its answer is lost, it is either good or spent: not asked again
      if (!code) return;
      const { outcome, body } = await answer(person, 'recovery code', code, ['200']);
      if (outcome !== '200') return;
      if (body.backup_codes_remaining < person.codes.length)
        check('recovery codes lost', performance.now(), { status: 500, headers: {}, body, type: undefined }, [
          'none',
        ]);
      await answer(person, 'replayed recovery code', code, ['mfa-token-used', 'mfa-token-invalid']);
    },

    guard: async (person: Person) => {
      for (const session of person.sessions) {
        const { endedAt, bearer } = session;
        if (endedAt !== null && performance.now() - endedAt < cacheMs) continue;
        await ask(endedAt === null ? 'guard' : 'guard, ended', 'GET', '/auth/me', undefined, bearer, [
          endedAt === null ? '200' : 'invalid-token',
        ]);
      }
      person.sessions = person.sessions.filter(({ endedAt, at }) => {
        const over = endedAt !== null && performance.now() - endedAt > cacheMs;
        return !over && performance.now() - at < 120_000;
      });
    },

    refresh: async (person: Person) => {
      const session = live(person);
      if (!session) return;
      const old = session.refresh;
      const fresh = await ask('refresh', 'POST', '/auth/refresh', { refresh_token: old }, null, ['200']);
      if (fresh.outcome !== '200') return drop(person, session);
      session.bearer = fresh.body.access_token;
      session.refresh = fresh.body.refresh_token;
      if (Math.random() > 0.2) return;
      // For some seconds the predecessor may come once more, until its successor was used.
      const used = { refresh_token: session.refresh };
      const next = await ask('refresh', 'POST', '/auth/refresh', used, null, ['200']);
      if (next.outcome !== '200') return drop(person, session);
      session.bearer = next.body.access_token;
      session.refresh = next.body.refresh_token;
      const again = await ask('refresh, reused', 'POST', '/auth/refresh', { refresh_token: old }, null, [
        'invalid-token',
      ]);
      if (again.outcome !== 'invalid-token') return drop(person, session);
      session.endedAt = performance.now();
      await ask('refresh, ended', 'POST', '/auth/refresh', { refresh_token: session.refresh }, null, [
        'invalid-token',
      ]);
    },

    logout: async (person: Person) => {
      const session = live(person);
      if (!session) return;
      const { outcome } = await ask('logout', 'POST', '/auth/logout', undefined, session.bearer, ['204']);
      if (outcome !== '204') return drop(person, session);
      session.endedAt = performance.now();
      await ask('refresh, ended', 'POST', '/auth/refresh', { refresh_token: session.refresh }, null, [
        'invalid-token',
      ]);
    },

    enrol: async (person: Person) => {
      if (person.secret) return;
      const login = await passwordOf(person, 'login, no factor');
      if (login.outcome !== '200') return;
      const bearer: string = login.body.access_token;
      const begun = await ask('enrol', 'POST', '/auth/mfa/enroll', { method: 'totp' }, bearer, ['200']);
      if (begun.outcome !== '200') return;
      const step = stepNow();
      const token = codeAt(begun.body.secret, step);
      const done = await ask('confirm', 'POST', '/auth/mfa/verify-enrollment', { token }, bearer, ['200']);
      if (done.outcome !== '200') {
        person.lost = true; // with a factor, or without: nobody knows
        return;
      }
      person.secret = begun.body.secret;
      person.codes = done.body.recovery_codes;
      person.lastStep = step;
      person.sessions = [];
    },
  };
  return visits;
}

export type Visits = ReturnType<typeof createVisits>;

function keep(person: Person, { access_token, refresh_token }: Body): void {
  const session = {
    bearer: String(access_token),
    refresh: String(refresh_token),
    at: performance.now(),
    endedAt: null,
  };
  person.sessions.push(session);
}

function live({ sessions }: Person): Session | undefined {
  return sessions.find(({ endedAt, at }) => endedAt === null && performance.now() - at < 120_000);
}

/** Nobody knows what became of it. */
function drop(person: Person, session: Session): void {
  person.sessions = person.sessions.filter((one) => one !== session);
}

const stepNow = () => Math.floor(Date.now() / 30_000);
const codeAt = (secret: string, step: number) => generateSync({ secret, epoch: step * 30 });

function wrongCode(secret: string): string {
  const near = [-2, -1, 0, 1, 2].map((by) => codeAt(secret, stepNow() + by));
  return (
    ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ??
    '666666'
  );
}
