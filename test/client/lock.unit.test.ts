import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exclusively } from '../../packages/client/src/lock.ts';

type News = { readonly does: 'claim' | 'hold' | 'free'; readonly id: number };

/** The tabs of one browser without Web Locks. What one posts, each other one has at once. */
class Channel {
  static readonly open = new Set<Channel>();
  onmessage: ((event: { readonly data: News }) => void) | null = null;
  constructor() {
    Channel.open.add(this);
  }
  postMessage(data: News): void {
    for (const other of Channel.open) if (other !== this) other.onmessage?.({ data });
  }
  close(): void {
    Channel.open.delete(this);
  }
}

/** Another tab, which says what the test says, and keeps what it hears. */
function otherTab() {
  const heard: News[] = [];
  const channel = new Channel();
  channel.onmessage = ({ data }) => void heard.push(data);
  return { heard, say: (does: News['does'], id: number) => channel.postMessage({ does, id }) };
}

const claimTime = 100;
const lower = -1;
const higher = 2; // an id is between 0 and 1

describe('a claim without Web Locks', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('BroadcastChannel', Channel);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    Channel.open.clear();
  });

  /** A claim of this tab. Its work ends when the test says so. */
  function claim() {
    const work = { began: false, end: () => {} };
    const done = exclusively('name', () => {
      work.began = true;
      return new Promise<void>((resolve) => {
        work.end = resolve;
      });
    });
    return Object.assign(work, { done });
  }

  test('gives way to a lower one, and comes next when that is free', async () => {
    const other = otherTab();
    const work = claim();
    other.say('claim', lower); // and no answer: the other tab has not heard of this one
    await vi.advanceTimersByTimeAsync(claimTime);
    expect(work.began).toBe(false);
    other.say('free', lower);
    await vi.advanceTimersByTimeAsync(claimTime);
    expect(work.began).toBe(true);
  });

  test('answers a higher one, which has not heard of it, and wins', async () => {
    const other = otherTab();
    const work = claim();
    other.say('claim', higher);
    expect(other.heard).toContainEqual({ does: 'hold', id: higher });
    await vi.advanceTimersByTimeAsync(claimTime);
    expect(work.began).toBe(true);
  });

  test('does not answer a lower one', () => {
    const other = otherTab();
    claim();
    other.say('claim', lower);
    expect(other.heard).toEqual([{ does: 'claim', id: expect.any(Number) }]);
  });

  test.each([
    ['lower', lower],
    ['higher', higher],
  ])('that won answers each one until its work ends: a %s one', async (_what, id) => {
    const work = claim();
    await vi.advanceTimersByTimeAsync(claimTime);
    expect(work.began).toBe(true);
    const other = otherTab();
    other.say('claim', id);
    expect(other.heard).toEqual([{ does: 'hold', id }]);
    work.end();
    await work.done;
    expect(other.heard.at(-1)).toMatchObject({ does: 'free' });
  });

  test('waits where another tab holds', async () => {
    const other = otherTab();
    const work = claim();
    const [{ id } = { id: 0 }] = other.heard;
    other.say('hold', id);
    await vi.advanceTimersByTimeAsync(claimTime);
    expect(work.began).toBe(false);
  });
});
