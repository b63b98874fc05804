import pg from 'pg';
import { prepareSession } from './prepare-session.ts';

export type ListeningTimes = {
  /** How often it is looked whether there is something to do. */
  readonly lookMs?: number;
  /** How long a connection is believed after it has answered. */
  readonly proofMs?: number;
  /** How long an answer, or a new connection, is waited for. */
  readonly answerMs?: number;
};

type Heard = (payload: string) => void;

/**
 * One connection that hears the notifications of all channels, and is made anew when it breaks. It says every few
 * seconds what it listens to, for a line that has fallen silent breaks nothing: it would just never hear again.
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

  /** Listening to what is listened to already changes nothing. */
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

  /** One after the other, so that there is one connection. */
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
      .catch(() => {}) // tried again at the next look
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
