import { vi } from 'vitest';
import { type Authenticator, createAuthenticator } from '../support/software-authenticator.ts';

/** The browser of somebody with this security key: `navigator.credentials`, and the three functions for JSON. */
export function plugIn(key: Authenticator = createAuthenticator()): Authenticator {
  const json = (made: object) => ({ ...made, toJSON: () => made });
  type Asked = { publicKey: Parameters<Authenticator['register']>[0] };
  vi.stubGlobal('PublicKeyCredential', {
    parseCreationOptionsFromJSON: (options: object) => options,
    parseRequestOptionsFromJSON: (options: object) => options,
  });
  vi.stubGlobal('navigator', {
    locks: navigator.locks,
    credentials: {
      create: async ({ publicKey }: Asked) => json(key.register(publicKey)),
      get: async ({ publicKey }: Asked) => json(key.assert(publicKey)),
    },
  });
  return key;
}
