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
