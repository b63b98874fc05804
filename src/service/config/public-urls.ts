import { isIPv6 } from 'node:net';
import { isDomain } from './shapes.ts';
import type { Values } from './variables.ts';

export type RelyingParty = {
  readonly rpId: string;
  readonly origins: readonly string[];
  /** Pages of other domains that may use the credentials too. */
  readonly relatedOrigins?: readonly string[];
  /** The file that names the models of authenticators. */
  readonly modelsFile?: string;
};

/** The public URL, which is `iss` in every token. */
export function issuerOf({ ISSUER, HOST, PORT }: Values): string {
  const address = `http://${isIPv6(HOST) ? `[${HOST}]` : HOST}:${PORT}`;
  return ISSUER ?? URL.parse(address)?.origin ?? address;
}

/** Whether no attacker on the network can read requests to this URL. */
export function isPrivateUrl(text: string): boolean {
  const { protocol, hostname = '' } = URL.parse(text) ?? {};
  return protocol === 'https:' || /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname);
}

/** Whether browsers allow the page to use credentials, because no attacker on the network can have written it. */
export function isSecurePage(origin: string): boolean {
  const { protocol, hostname = '' } = URL.parse(origin) ?? {};
  return protocol === 'https:' || /(^|\.)localhost$/.test(hostname);
}

/** A page may use credentials of its own host or of a parent domain (WebAuthn 5.1.3). */
function isWithin(origin: string, rpId: string): boolean {
  const { hostname = '' } = URL.parse(origin) ?? {};
  return hostname === rpId || hostname.endsWith(`.${rpId}`);
}

/**
 * The domain to which WebAuthn credentials are bound, and the pages in it that may use them. Null if no browser would
 * allow it: at an IP address other than this machine's, or without https.
 */
export function relyingPartyOf(values: Values): RelyingParty | null {
  const home = homeOf(values);
  const rpId = values.WEBAUTHN_RP_ID ?? home?.hostname ?? '';
  const pages = values.WEBAUTHN_ORIGINS ?? [home?.origin ?? '', ...values.CORS_ORIGINS];
  const origins = pages.filter((page) => isSecurePage(page) && isWithin(page, rpId));
  if (!isDomain(rpId) || origins.length === 0) return null;
  const { WEBAUTHN_RELATED_ORIGINS: relatedOrigins, WEBAUTHN_AUTHENTICATORS_FILE: modelsFile } = values;
  return {
    ...{ rpId, origins: [...new Set(origins)] },
    ...(relatedOrigins && { relatedOrigins: [...new Set(relatedOrigins)] }),
    ...(modelsFile && { modelsFile }),
  };
}

/** Credentials are bound to host names, so `localhost` replaces a loopback address. */
function homeOf(values: Values): URL | null {
  const home = URL.parse(values.PORTAL_URL ?? issuerOf(values));
  if (home && /^(127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(home.hostname)) home.hostname = 'localhost';
  return home;
}
