import { randomUUID } from 'node:crypto';
import type { AdminSession } from './admin-session.ts';
import { textIn } from './journey-client.ts';

/** Receivers of security events, for a program that polls and for a webhook that nobody answers. They are removed. */
export async function receivers(
  { act, step }: AdminSession,
  { id, token }: { readonly id: string; readonly token: string },
): Promise<void> {
  const events = ['session-revoked'];
  const poller = { name: `contract-${randomUUID()}`, delivery: 'poll', client_id: id, events };
  const params = { id: textIn(await act('a poller', 'createReceiver', { body: poller }, 201), 'id') };
  try {
    await act('a name is taken once', 'createReceiver', { body: poller }, 409, 'conflict');
    await act('who hears', 'listReceivers');
    const now = { returnImmediately: true };
    const poll = (what: string, body: object) =>
      step(what, 'pollEvents', { bearer: token, params, body: { ...now, ...body } });
    const { sets } = await poll('fetch the verification', {});
    await poll('acknowledge it', { maxEvents: 0, ack: Object.keys(Object(sets)) });
    await act('hear less', 'changeReceiver', { params, body: { events: ['roles-changed'] } });
    await act('no secret', 'changeReceiverSecret', { params }, 409, 'conflict');
    await act('what was given up', 'listParkedEvents', { params });
    await act('send it again', 'retryParkedEvents', { params });
  } finally {
    await act('remove it', 'removeReceiver', { params }, 204);
  }
  await act('it is gone', 'showReceiver', { params }, 404, 'not-found');
  await webhook({ act });
}

async function webhook({ act }: Pick<AdminSession, 'act'>): Promise<void> {
  const body = { name: `contract-${randomUUID()}`, delivery: 'webhook', url: 'https://receiver.invalid/' };
  const made = await act('a webhook that nobody answers', 'createReceiver', { body }, 201);
  const params = { id: textIn(made, 'id') };
  try {
    await act('ask again', 'verifyReceiver', { params });
    await act('it hears nothing', 'showReceiver', { params });
    await act(
      'before it is verified',
      'changeReceiver',
      { params, body: { status: 'enabled' } },
      409,
      'conflict',
    );
    await act('another secret', 'changeReceiverSecret', { params });
  } finally {
    await act('remove it too', 'removeReceiver', { params }, 204);
  }
}
