import { changeServiceAccount } from '../../src/features/service-accounts/change-service-account.ts';
import { revokeCredential } from '../../src/features/service-accounts/credentials.ts';
import type { Case } from './audit-cases.ts';
import { addSecret, makeService, postForm } from './services.ts';
import { consoleContext } from './world.ts';

/** The audit events about programs and revoked tokens. */
export const serviceCases: readonly Case[] = [
  {
    what: 'a service account with a secret',
    expected: ['service_account_created success', 'service_credential_added success'],
    given: async (world) => () => makeService(world),
  },
  {
    what: 'a service account that is changed, then disabled',
    expected: ['service_account_changed success', 'service_account_disabled success'],
    given: async (world) => {
      const { id } = await makeService(world);
      return async () => {
        await changeServiceAccount(world.deps, consoleContext(), {
          actorId: null,
          id,
          change: { owner: 'others' },
        });
        await changeServiceAccount(world.deps, consoleContext(), {
          actorId: null,
          id,
          change: { status: 'disabled' },
        });
      };
    },
  },
  {
    what: 'a credential that takes the place of another',
    expected: ['service_credential_added success', 'service_credential_revoked success'],
    given: async (world) => {
      const { id, credentialId } = await makeService(world);
      return async () => {
        await addSecret(world, id);
        await revokeCredential(world.deps, consoleContext(), { actorId: null, accountId: id, credentialId });
      };
    },
  },
  {
    what: 'a token that a program fetches',
    expected: ['service_token_issued success'],
    given: async (world) => (await makeService(world)).token,
  },
  {
    what: 'a token that it does not get, for its secret or for its scopes',
    expected: ['service_token_refused refused', 'service_token_refused refused'],
    given: async (world) => {
      const { fetchToken } = await makeService(world);
      return async () => {
        await fetchToken({ client_secret: 'wrong' });
        await fetchToken({ scope: 'admin' });
      };
    },
  },
  {
    what: 'a token that is revoked',
    expected: ['token_revoked success'],
    given: async (world) => {
      const { refresh_token } = (await (await world.user()).login()).body;
      return () => postForm(world, '/oauth/revoke', { token: refresh_token });
    },
  },
];
