import { type DuoAuthOptions, duoAuthApi } from './duo-auth-api.ts';
import { type DuoHost, duoCalls, type WatchDuo } from './duo-calls.ts';
import { type DuoUniversalOptions, duoUniversalClient } from './duo-oidc.ts';

export type DuoOptions = {
  readonly host: DuoHost;
  /** Null where its application is not configured: its method is then not offered. */
  readonly universal: DuoUniversalOptions | null;
  readonly auth: DuoAuthOptions | null;
};

/** Duo's two applications, as far as they are configured. Throws an Error where the file of authorities is none. */
export function connectDuo({ host, universal, auth }: DuoOptions, watch?: WatchDuo) {
  const calls = duoCalls(host, watch);
  const methods = {
    ...(universal && { duoPrompts: duoUniversalClient(calls, universal) }),
    ...(auth && { duoTelephones: duoAuthApi(calls, auth) }),
  };
  return { methods, isCutOff: calls.isCutOff, close: () => calls.close() };
}
