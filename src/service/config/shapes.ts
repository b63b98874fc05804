import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { isMailAddress } from '../../domain/users/email-address.ts';
import { contrastOf } from '../../lib/contrast.ts';

/** Digits only, because `Number` also reads `0x50`, `1e3` and a space. */
export function wholeNumber(least: number, most: number, meaning = '') {
  const isInRange = (text: string) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most;
  const fault = `must be a whole number from ${least} to ${most}${meaning}`;
  return z.string().refine(isInRange, fault).transform(Number);
}

/**
 * A PostgreSQL URL may have a login and no host, if a parameter names a socket. WHATWG URLs do not allow that, so this
 * adds a host.
 */
export function readUrl(text: string): URL | null {
  const ofSocket = /^postgres(ql)?:/i.test(text) && /[?&]host=[^&]/.test(text);
  return URL.parse(text) ?? (ofSocket ? URL.parse(text.replace('@/', '@localhost/')) : null);
}

const isKept = (text: string) => /^\d{1,4}$/.test(text) && Number(text) >= 13 && Number(text) <= 1200;

/** Months that the audit is kept. Null: for ever. PCI DSS 10.5.1 requires at least 12 months. */
export const Months = z
  .string()
  .refine(
    (text) => text === 'forever' || isKept(text),
    'must be a whole number of months from 13 to 1200, or forever',
  )
  .transform((text) => (text === 'forever' ? null : Number(text)));

const isIdle = (text: string) => /^\d{1,4}$/.test(text) && Number(text) >= 30 && Number(text) <= 3650;

/** Days without a login after which an account is disabled. Null: never. */
export const IdleDays = z
  .string()
  .refine(
    (text) => text === 'never' || isIdle(text),
    'must be a whole number of days from 30 to 3650, or never',
  )
  .transform((text) => (text === 'never' ? null : Number(text)));

/**
 * A URL with one of these schemes. It refuses spaces and stray per cent signs, because libraries read them differently.
 */
export function url(...schemes: readonly [string, ...string[]]) {
  return z.string().refine(
    (text) => {
      const parsed = readUrl(text);
      if (!parsed || /\s/.test(text) || !isDecodable(text)) return false;
      const hasHost = parsed.hostname !== '' || parsed.searchParams.get('host'); // the latter: a PostgreSQL socket
      return Boolean(hasHost) && schemes.includes(parsed.protocol.slice(0, -1));
    },
    `must be a URL: ${schemes.map((scheme) => `${scheme}://…`).join(' or ')}`,
  );
}

const plainUrl =
  'must be http[s]://host[:port][/path], without capitals in the host, its default port or a slash at the end';

/** A URL with a single spelling. Clients compare it character by character, or the service appends a path. */
export const BaseUrl = z.string().refine((text) => {
  const parsed = URL.parse(text);
  return /^https?:/.test(text) && text === `${parsed?.origin}${parsed?.pathname}`.replace(/\/+$/, '');
}, plainUrl);

const Origin = z
  .string()
  .trim()
  .refine(
    (text) => /^https?:/.test(text) && URL.parse(text)?.origin === text,
    'must be an exact origin such as https://app.example.gov, without path or slash; * is refused',
  );

/** Exact origins, separated by commas. */
export const Origins = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(Origin));

/** White words stand on this colour, and words of this colour on white (WCAG 2.2, 1.4.3). */
export const BrandColor = z
  .string()
  .refine(
    (text) => /^#[0-9a-f]{6}$/i.test(text) && contrastOf(text, '#ffffff') >= 4.5,
    'must be a colour such as #1a5fb4 that is dark enough for white words on it: a contrast of 4.5 or more',
  );

/** Country codes of ISO 3166 that have phone numbers, separated by commas. */
export const Countries = z
  .string()
  .transform((text) => text.split(',').map((code) => code.trim()))
  .pipe(
    z.array(
      z
        .string()
        .refine(
          isSupportedCountry,
          'must be countries of two capital letters such as US,CA (ISO 3166; Britain is GB)',
        ),
    ),
  );

/** `login@example.gov` or `Sallyport <login@example.gov>`. */
export const Sender = z.string().refine((text) => {
  const named = /^(?:"[^"\\\p{Cc}]*" ?|[^"\\\p{Cc}<>()@,;:]*)<([^<>]*)>$/u.exec(text);
  return isMailAddress(named?.[1] ?? text);
}, 'must be one mail address, or a name and the address in <>');

export const HostName = z.union([z.ipv4(), z.ipv6(), z.hostname()], {
  error: 'must be a host name, or an address without brackets',
});

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** A domain as WebAuthn defines it: no IP address, and no top-level domain except `localhost`. */
export function isDomain(text: string): boolean {
  return /^([a-z0-9][a-z0-9-]*\.)*(localhost|[a-z0-9][a-z0-9-]*\.[a-z][a-z0-9-]*)$/.test(text);
}
