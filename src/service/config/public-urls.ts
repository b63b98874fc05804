import { isIPv6 } from 'node:net';
import { isDomain } from './shapes.ts';
import type { Values } from './variables.ts';

export type RelyingParty = { readonly rpId: string; readonly origins: readonly string[] };

/** The public URL, as `iss` in every token. */
export function issuerOf({ ISSUER, HOST, PORT }: Values): string {
  const address = `http://${isIPv6(HOST) ? `[${HOST}]` : HOST}:${PORT}`;
  return ISSUER ?? URL.parse(address)?.origin ?? address;
}

/** Can nobody on the way read what goes to this URL? */
export function isPrivateUrl(text: string): boolean {
  const { protocol, hostname = '' } = URL.parse(text) ?? {};
  return protocol === 'https:' || /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname);
}

/** A page that browsers let use credentials: one that nobody on the way can have written. */
export function isSecurePage(origin: string): boolean {
  const { protocol, hostname = '' } = URL.parse(origin) ?? {};
  return protocol === 'https:' || /(^|\.)localhost$/.test(hostname);
}

/** A page asks for credentials of its own host, or of a domain above it (WebAuthn 5.1.3). */
function isWithin(origin: string, rpId: string): boolean {
  const { hostname = '' } = URL.parse(origin) ?? {};
  return hostname === rpId || hostname.endsWith(`.${rpId}`);
}

/**
 * Whose the credentials of WebAuthn are: the domain that they are bound to, and the pages in it that may ask for them.
 * Null where no browser would: at an address other than this machine's, or without https.
 */
export function relyingPartyOf(values: Values): RelyingParty | null {
  const home = homeOf(values);
  const rpId = values.WEBAUTHN_RP_ID ?? home?.hostname ?? '';
  const pages = values.WEBAUTHN_ORIGINS ?? [home?.origin ?? '', ...values.CORS_ORIGINS];
  const origins = pages.filter((page) => isSecurePage(page) && isWithin(page, rpId));
  return isDomain(rpId) && origins.length > 0 ? { rpId, origins: [...new Set(origins)] } : null;
}

/** Credentials are bound to names, so this machine goes by its name there. */
function homeOf(values: Values): URL | null {
  const home = URL.parse(values.PORTAL_URL ?? issuerOf(values));
  if (home && /^(127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(home.hostname)) home.hostname = 'localhost';
  return home;
}
