import { changeReceiver, removeReceiver } from '../../src/features/security-events/change-receiver.ts';
import { createReceiver } from '../../src/features/security-events/create-receiver.ts';
import type { Case } from './audit-cases.ts';
import { makeService } from './services.ts';
import { consoleContext, type World } from './world.ts';

async function makeReceiver(world: World) {
  const { id: clientId, name } = await makeService(world);
  const { receiver } = await createReceiver(world.deps, consoleContext(), null, {
    ...{ name, clientId, delivery: 'poll', events: ['session-revoked'] },
    ...{ url: null, audience: null, authorization: null },
  });
  return receiver;
}

/** The audit events about receivers of security events. */
export const receiverCases: readonly Case[] = [
  {
    what: 'a receiver of security events',
    expected: [
      'service_account_created success',
      'service_credential_added success',
      'receiver_created success',
    ],
    given: async (world) => () => makeReceiver(world),
  },
  {
    what: 'a receiver that is disabled, then removed',
    expected: ['receiver_changed success', 'receiver_removed success'],
    given: async (world) => {
      const { id } = await makeReceiver(world);
      return async () => {
        const change = { status: 'disabled' } as const;
        await changeReceiver(world.deps, consoleContext(), { actorId: null, id, change });
        await removeReceiver(world.deps, consoleContext(), { actorId: null, id });
      };
    },
  },
];
