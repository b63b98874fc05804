import type { EventName } from './event-names.ts';

export const deliveries = ['push', 'poll', 'webhook'] as const;
export type Delivery = (typeof deliveries)[number];

/** A program that hears of security events. It hears nothing before it is verified. */
export type Receiver = {
  readonly id: string;
  readonly name: string;
  readonly delivery: Delivery;
  /** Where events are sent. Null for `poll`. */
  readonly url: string | null;
  /** `aud` of the tokens. */
  readonly audience: string;
  /** For `poll`: the service account that fetches the events. */
  readonly accountId: string | null;
  readonly events: readonly EventName[];
  readonly status: 'unverified' | 'enabled' | 'disabled';
  readonly verifiedAt: Date | null;
  readonly createdAt: Date;
  /** How many events the receiver has taken. */
  readonly delivered: number;
  readonly deliveredAt: Date | null;
  readonly failedAt: Date | null;
  /** Why the last failure happened, in words of the service. */
  readonly trouble: string | null;
};

/** How long the service tries to deliver an event. Then it parks the event. */
export const givesUpAfterMs = 24 * 60 * 60 * 1000;

/** How long the previous secret of a webhook still signs beside the new one. */
export const earlierSecretMs = 24 * 60 * 60 * 1000;

/** The wait after a failed attempt: 5 seconds, then twice as long each time, at most a quarter of an hour. */
export function waitMs(attempts: number): number {
  return Math.min(5 * 2 ** Math.max(0, attempts - 1), 900) * 1000;
}
