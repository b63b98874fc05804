import type { Preset } from '../policy/policy.ts';

/** How many passwords may be wrong within the window. */
export type PasswordLimits = { readonly perNetwork: number; readonly overall: number };

/**
 * The limits of wrong passwords: one per user and network, and a higher one per user over all networks. A network from
 * which the user logged in lately is exempt from the higher one. So an attacker cannot lock a user out (OWASP ASVS
 * 6.1.1). The count of the second factor is separate.
 */
export const loginThrottleRules = {
  perNetwork: 10,
  overall: 100,
  windowSeconds: 15 * 60,
  /** By then the service has compared the password, or the instance has ended. */
  inFlightSeconds: 15,
  knownNetworkSeconds: 30 * 24 * 60 * 60,
} as const;

const usual: PasswordLimits = {
  perNetwork: loginThrottleRules.perNetwork,
  overall: loginThrottleRules.overall,
};

/**
 * CJIS AC-7 and IA-5(1) allow five in 15 minutes. So a stranger can keep a user out of networks that are new to the
 * service, and never out of one from which the user logged in lately.
 */
export const passwordLimits: Readonly<Record<Preset, PasswordLimits>> = {
  standard: usual,
  strict: usual,
  pci: usual,
  cjis: { perNetwork: 5, overall: 5 },
  nydfs: usual,
};
