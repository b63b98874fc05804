import { randomUUID } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/** Where a request came from, as far as we believe it. Goes into the audit, and names the network for throttles. */
export type ClientInfo = {
  readonly ip: string;
  readonly userAgent: string | null;
  readonly requestId: string;
};

/** For work that no request asked for: a command on a terminal, or a job of the service. Its events share the id. */
export function internalClient(ip: 'console' | 'service'): ClientInfo {
  return { ip, userAgent: null, requestId: randomUUID() };
}

/**
 * The address in what a proxy wrote of a client: bare, with a port, in brackets, in quotes (RFC 7239 6), in one spelling
 * each (RFC 5952). An IPv4 address that was mapped into IPv6 (RFC 4291 2.5.5.2) is itself. Null where there is none.
 */
export function readAddress(text: string | undefined): string | null {
  if (text === undefined || text.length > longestNode) return null;
  if (isIPv4(text)) return text;
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const node = /^(?:\[([^\]]+)\]|([^:]+))(?::(?:\d{1,5}|_[\w.-]+))?$/.exec(bare);
  const address = node ? (node[1] ?? node[2] ?? '') : bare;
  if (isIPv4(address)) return node?.[1] === undefined ? address : null; // brackets are for IPv6
  const unscoped = address.replace(/%.*$/, '');
  return isIPv6(unscoped) ? (ipv4In(unscoped, mapped) ?? spelled(unscoped)) : null;
}

/** An IPv6 address with a zone, a port and quotes is shorter. */
const longestNode = 100;
const mapped = '0:0:0:0:0:ffff';
const translated = '64:ff9b:0:0:0:0';

/**
 * The address; of IPv6 its /64, because a household or a server gets a whole one (RFC 6177). What stands for an IPv4
 * address, mapped or translated (RFC 6052 2.1), is that address: else all of them would share one /64.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || !isIPv6(ip)) return ip;
  const ipv4 = ipv4In(ip, mapped) ?? ipv4In(ip, translated);
  return ipv4 ?? `${groupsOf(ip).slice(0, 4).join(':')}::/64`;
}

/** The IPv4 address in the last 32 bits, where the first 96 are these. */
function ipv4In(ipv6: string, prefix: string): string | null {
  const groups = groupsOf(ipv6);
  if (groups.slice(0, 6).join(':') !== prefix) return null;
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((number) => [number >> 8, number & 0xff])
    .join('.');
}

/** The eight groups, in hexadecimal without leading zeros. */
function groupsOf(ipv6: string): readonly string[] {
  const [head = '', tail = ''] = spelled(ipv6).split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}

/** In the one spelling of RFC 5952, but that of IPv4 inside, too, which is in hexadecimal. */
function spelled(ipv6: string): string {
  return new URL(`http://[${ipv6.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
}

/** What a client says of itself, unable to forge a line in whatever shows it. */
export function oneLine(text: string | null): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must go
  return text === null ? null : text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 200);
}
