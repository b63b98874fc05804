/**
 * How strongly a user proved their identity: the `acr` claim, weakest first. A service account (`svc`) has no place in
 * this order and satisfies no level.
 */
export const levels = ['1', '1plus', '2r', '2', 'phr'] as const;
export type AssuranceLevel = (typeof levels)[number];

const prefix = 'urn:sallyport:acr:';

/** The value of the claim: a URN, except `phr` (phishing-resistant), which OpenID registered. */
export function acrOf(level: AssuranceLevel): string {
  return level === 'phr' ? 'phr' : `${prefix}${level}`;
}

/** The `acr` of a service token. It is no level, so `levelOf` throws on it. */
export const serviceAcr = `${prefix}svc`;

export const acrValues: readonly string[] = levels.map(acrOf);

/** Throws on a value that this service never issued. */
export function levelOf(acr: string): AssuranceLevel {
  const found = levels.find((level) => acrOf(level) === acr);
  if (!found) throw new Error(`Not a level of this service: ${acr}`);
  return found;
}

export function meets(level: AssuranceLevel, least: AssuranceLevel): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

/** The place in the order: 1 is the weakest. */
export function rankOf(level: AssuranceLevel): number {
  return levels.indexOf(level) + 1;
}

/** True for NIST AAL2: two factors, and e-mail cannot be one of them (SP 800-63B 3.1.3.1). */
export function isTwoFactor(level: AssuranceLevel): boolean {
  return meets(level, '2r');
}
