import { pause } from './http.ts';

/**
 * Runs `work` while no other tab or worker of this origin runs work of the same name. Says whether it had to wait.
 * Uses Web Locks. Without them, tabs agree by BroadcastChannel; without that, there is nobody to agree with.
 */
export async function exclusively<Result>(
  name: string,
  work: (waited: boolean) => Promise<Result>,
): Promise<Result> {
  const { locks } = globalThis.navigator ?? {};
  if (!locks) return typeof BroadcastChannel === 'function' ? byChannel(name, work) : work(false);
  let free = false;
  const now = await locks.request(name, { ifAvailable: true }, async (lock) => {
    free = lock !== null;
    return free ? work(false) : undefined;
  });
  return free ? (now as Result) : locks.request(name, () => work(true));
}

const claimTime = 100; // milliseconds in which another tab answers a claim
const holdTime = 10_000; // after that, a tab that said it works is taken for closed

/** `hold` answers the claim of that id. */
type News = { readonly does: 'claim' | 'hold' | 'free'; readonly id: number };

/** A claim wins if nobody holds the lock and nobody claims it with a lower id. */
async function byChannel<Result>(name: string, work: (waited: boolean) => Promise<Result>): Promise<Result> {
  const channel = new BroadcastChannel(`${name}:lock`); // `name` itself has other news
  (channel as { unref?: () => void }).unref?.(); // Node would not end otherwise
  const id = Math.random();
  let state = 'claims' as 'claims' | 'waits' | 'freed' | 'holds';
  let waited = false;
  let released = () => {};
  channel.onmessage = ({ data }: MessageEvent<News>) => {
    if (data.does === 'free') {
      if (state === 'waits') state = 'freed';
      released();
    } else if (data.does === 'claim') {
      if (state === 'holds' || (state === 'claims' && id < data.id))
        channel.postMessage({ does: 'hold', id: data.id } satisfies News);
      else if (state === 'claims') state = 'waits';
    } else if (data.id === id && state !== 'holds') state = 'waits';
  };
  try {
    for (;;) {
      state = 'claims';
      channel.postMessage({ does: 'claim', id } satisfies News);
      await pause(claimTime);
      if (state === 'claims') break;
      waited = true;
      if (state === 'freed') continue;
      await Promise.race([
        pause(holdTime),
        new Promise<void>((resolve) => {
          released = resolve;
        }),
      ]);
    }
    state = 'holds';
    return await work(waited);
  } finally {
    channel.postMessage({ does: 'free', id } satisfies News);
    channel.close();
  }
}
