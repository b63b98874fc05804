import type { SallyportClient } from './client.ts';

type Source = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** Tells the service that the user types, clicks or touches, at most once a minute. Gives the function that ends it. */
export function watchActivity(
  client: SallyportClient,
  source: Source = document,
  every = 60_000,
): () => void {
  const events = ['pointerdown', 'keydown'];
  let last = Number.NEGATIVE_INFINITY;
  const note = () => {
    if (client.state.status !== 'authenticated' || Date.now() - last < every) return;
    last = Date.now();
    client.sessions.activity().catch(() => {}); // the next event asks again
  };
  for (const event of events) source.addEventListener(event, note, { passive: true });
  return () => {
    for (const event of events) source.removeEventListener(event, note);
  };
}
