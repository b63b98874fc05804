import pg from 'pg';
import { prepareSession } from './prepare-session.ts';

export type ListeningTimes = {
  /** How often the timer checks the connection, in milliseconds. */
  readonly lookMs?: number;
  /** How long a connection counts as alive after an answer, in milliseconds. */
  readonly proofMs?: number;
  /** How long to wait for an answer or a new connection, in milliseconds. */
  readonly answerMs?: number;
};

type Heard = (payload: string) => void;

/**
 * Keeps one connection that receives the notifications of all channels, and reconnects when it breaks. It repeats
 * LISTEN every few seconds. A connection that falls silent raises no error, so it would miss every notification without
 * this check.
 */
export function keepListening(
  url: string,
  { lookMs = 1_000, proofMs = 3_000, answerMs = 3_000 }: ListeningTimes = {},
) {
  const heardOn = new Map<string, Set<Heard>>();
  let client: pg.Client | null = null;
  let provedAt = 0;
  let turn: Promise<void> = Promise.resolve();

  async function connected(): Promise<pg.Client> {
    const limits = { connectionTimeoutMillis: answerMs, query_timeout: answerMs };
    const made = new pg.Client({ connectionString: url, ...limits });
    made.on('notification', ({ channel, payload }) => {
      for (const heard of heardOn.get(channel) ?? []) heard(payload ?? '');
    });
    made.on('error', () => {});
    made.once('end', () => {
      if (client === made) client = null;
    });
    await made.connect();
    try {
      await prepareSession(made);
    } catch (error) {
      made.end().catch(() => {});
      throw error;
    }
    return made;
  }

  /** A repeated LISTEN changes nothing, so it can check the connection. */
  async function prove(): Promise<void> {
    const channels = [...heardOn.keys()];
    if (channels.length === 0) return;
    const asked = client ?? (await connected());
    try {
      for (const channel of channels) await asked.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      client = null;
      asked.end().catch(() => {});
      throw error;
    }
    client = asked;
    provedAt = performance.now();
  }

  /** Runs one task after the other, so that there is only one connection. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  let looking = false;
  const timer = setInterval(() => {
    if (looking || (client && performance.now() - provedAt < proofMs)) return;
    looking = true;
    inTurn(prove)
      .catch(() => {}) // the next check tries again
      .finally(() => {
        looking = false;
      });
  }, lookMs);
  timer.unref();

  return {
    listen: (channel: string, heard: Heard): Promise<void> => {
      heardOn.set(channel, (heardOn.get(channel) ?? new Set()).add(heard));
      return inTurn(prove);
    },
    close: async (): Promise<void> => {
      clearInterval(timer);
      await turn;
      await client?.end();
    },
  };
}
