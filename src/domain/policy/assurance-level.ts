/**
 * How strongly somebody proved who they are: the `acr` claim.
 * Service accounts (`svc`) stand outside the order: they satisfy no person's level.
 */
export const levels = ['1', '1plus', '2r', '2', 'phr'] as const;
export type AssuranceLevel = (typeof levels)[number];

const prefix = 'urn:sallyport:acr:';

/** The claim's value: a URN, but `phr` as OpenID registered it (Phishing-Resistant). */
export function acrOf(level: AssuranceLevel): string {
  return level === 'phr' ? 'phr' : `${prefix}${level}`;
}

/** Of a service token. It is no level, so nothing here knows it as one. */
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

/** Its place in the order: 1 is the weakest. */
export function rankOf(level: AssuranceLevel): number {
  return levels.indexOf(level) + 1;
}

/** Whether a level is NIST AAL2: two factors, of which e-mail cannot be one (SP 800-63B 3.1.3.1). */
export function isTwoFactor(level: AssuranceLevel): boolean {
  return meets(level, '2r');
}
