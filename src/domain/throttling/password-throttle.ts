/**
 * Wrong passwords, per user and network; and a higher cap per user over all networks, from which a network where that
 * user lately got in is exempt: so no stranger can lock a user out (OWASP ASVS 6.1.1). Never touches the second factor's count.
 */
export const loginThrottleRules = {
  perNetwork: 10,
  overall: 100,
  windowSeconds: 15 * 60,
  /** By then a password is compared, or the instance that compared it has ended. */
  inFlightSeconds: 15,
  knownNetworkSeconds: 30 * 24 * 60 * 60,
} as const;
