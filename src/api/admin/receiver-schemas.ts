import { z } from 'zod';
import { eventNames } from '../../domain/security-events/event-names.ts';
import { deliveries } from '../../domain/security-events/receiver.ts';
import type { ParkedEvent } from '../../features/security-events/event-queue-store.ts';
import { nameOfQueued, type ShownReceiver } from '../../features/security-events/read-receivers.ts';
import { id, shown, text, time, timeOf, withExamples } from '../../platform/http/fields.ts';

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'Up to 64 letters a–z, digits and . _ -, the first a letter or digit',
  );
const events = z.array(z.enum(eventNames)).min(1, 'At least one').max(eventNames.length);
const url = text(500).describe(
  'https://…; http and internal addresses only for origins of EVENT_INTERNAL_ORIGINS',
);
const audience = text(500).describe('`aud` of the tokens; by default the address, or the address to poll');
const header = z
  .string()
  .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'Printable ASCII, and no space first or last')
  .max(2000);
const authorization = header.describe('The `Authorization` header of a push. It is never shown again');
const clientId = id.describe('For `poll`: the service account that fetches the events');

export const createReceiverBody = withExamples(
  z.strictObject({
    name,
    delivery: z.enum(deliveries).describe('push (RFC 8935), poll (RFC 8936) or webhook (Standard Webhooks)'),
    events: events.default([...eventNames]).describe('What it hears of; by default everything'),
    url: url.optional(),
    audience: audience.optional(),
    authorization: authorization.optional(),
    client_id: clientId.optional(),
  }),
  {
    push: {
      name: 'api-gateway',
      delivery: 'push',
      url: 'https://gateway.example.gov/events',
      audience: 'https://gateway.example.gov',
      events: ['session-revoked', 'account-disabled'],
    },
    webhook: { name: 'siem', delivery: 'webhook', url: 'https://siem.example.gov/hook' },
  },
);

export const changeReceiverBody = withExamples(
  z
    .strictObject({
      events: events.optional(),
      status: z.enum(['enabled', 'disabled']).optional(),
      audience: audience.optional(),
      authorization: authorization.optional(),
    })
    .refine((change) => Object.keys(change).length > 0, 'Nothing to change'),
  { disable: { status: 'disabled' }, narrow: { events: ['session-revoked'] } },
);

const receiverShape = {
  id,
  name,
  delivery: z.enum(deliveries),
  url: z.string().nullable(),
  audience: z.string(),
  client_id: id.nullable(),
  events: z.array(z.enum(eventNames)),
  status: z
    .enum(['unverified', 'enabled', 'disabled'])
    .describe('A receiver that is not enabled hears nothing'),
  verified_at: time.nullable(),
  created_at: time,
  delivered: z.int().describe('How many events it has taken'),
  delivered_at: time.nullable(),
  failed_at: time.nullable(),
  trouble: z.string().nullable().describe('Why the last delivery failed; null if it did not'),
  waiting: z.int().describe('Events that it has still to hear'),
  oldest_waiting: time.nullable(),
  parked: z.int().describe('Events that the service gave up after 24 hours'),
};

const shownReceiver = {
  id: shown.deviceId,
  name: 'api-gateway',
  delivery: 'push',
  url: 'https://gateway.example.gov/events',
  audience: 'https://gateway.example.gov',
  client_id: null,
  events: ['session-revoked', 'account-disabled'],
  status: 'enabled',
  verified_at: shown.time,
  created_at: shown.time,
  delivered: 812,
  delivered_at: shown.ends,
  failed_at: null,
  trouble: null,
  waiting: 0,
  oldest_waiting: null,
  parked: 0,
} satisfies z.input<z.ZodObject<typeof receiverShape>>;

export const receiverBody = withExamples(z.strictObject(receiverShape).meta({ title: 'Receiver' }), {
  receiver: shownReceiver,
});

export const createdReceiverBody = withExamples(
  z.strictObject({
    ...receiverShape,
    secret: z.string().optional().describe('The key of a webhook. Shown this once'),
  }),
  { created: shownReceiver },
);

export const receiversBody = withExamples(z.strictObject({ receivers: z.array(receiverBody) }), {
  one: { receivers: [shownReceiver] },
});

export const receiverSecretBody = withExamples(
  z.strictObject({
    secret: z.string().describe('Shown this once'),
    earlier_until: time.describe('Until then the earlier secret signs too'),
  }),
  {
    secret: { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', earlier_until: shown.ends },
  },
);

export const parkedBody = withExamples(
  z.strictObject({
    events: z.array(
      z.strictObject({
        id: id.describe('`jti`, or `webhook-id`'),
        event: z.string(),
        subject: id.describe('The user or the service account; zeros if it is about neither'),
        occurred_at: time,
        parked_at: time,
        attempts: z.int(),
        trouble: z.string().nullable(),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  {
    parked: {
      events: [
        {
          id: shown.factorId,
          event: 'session-revoked',
          subject: shown.userId,
          occurred_at: shown.time,
          parked_at: '2026-02-04T09:30:00.000Z',
          attempts: 103,
          trouble: 'answered 500',
        },
      ],
      next_cursor: null,
    },
  },
);

export const retriedBody = withExamples(
  z.strictObject({ released: z.int().describe('How many events wait again') }),
  { retried: { released: 3 } },
);

export function receiverOf(one: ShownReceiver): z.output<typeof receiverBody> {
  const { id, name, delivery, url, audience, status, delivered, trouble, waiting, parked } = one;
  return {
    ...{ id, name, delivery, url, audience, status, delivered, trouble, waiting, parked },
    client_id: one.accountId,
    events: [...one.events],
    created_at: timeOf(one.createdAt),
    verified_at: one.verifiedAt && timeOf(one.verifiedAt),
    delivered_at: one.deliveredAt && timeOf(one.deliveredAt),
    failed_at: one.failedAt && timeOf(one.failedAt),
    oldest_waiting: one.oldestWaiting && timeOf(one.oldestWaiting),
  };
}

export function parkedOf(event: ParkedEvent): z.output<typeof parkedBody>['events'][number] {
  const { id, source, subject, occurredAt, parkedAt, attempts, trouble } = event;
  return {
    ...{ id, subject, attempts, trouble },
    event: nameOfQueued(source),
    occurred_at: timeOf(occurredAt),
    parked_at: timeOf(parkedAt),
  };
}
