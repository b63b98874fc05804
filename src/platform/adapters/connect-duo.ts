import { type DuoAuthOptions, duoAuthApi } from './duo-auth-api.ts';
import { type DuoHost, duoCalls, type WatchDuo } from './duo-calls.ts';
import { type DuoUniversalOptions, duoUniversalClient } from './duo-oidc.ts';

export type DuoOptions = {
  readonly host: DuoHost;
  /** Null where this application is not configured: then the service does not offer its method. */
  readonly universal: DuoUniversalOptions | null;
  readonly auth: DuoAuthOptions | null;
};

/**
 * The configured applications at Duo: the Universal Prompt and the Auth API. Throws an Error if `caFile` contains no
 * certificate authorities.
 */
export function connectDuo({ host, universal, auth }: DuoOptions, watch?: WatchDuo) {
  const calls = duoCalls(host, watch);
  const methods = {
    ...(universal && { duoPrompts: duoUniversalClient(calls, universal) }),
    ...(auth && { duoTelephones: duoAuthApi(calls, auth) }),
  };
  return { methods, isCutOff: calls.isCutOff, close: () => calls.close() };
}
