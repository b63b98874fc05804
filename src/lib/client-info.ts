import { randomUUID } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/**
 * The origin of a request, from the sources that the service trusts. The audit stores it. The throttles use the network
 * of `ip`.
 */
export type ClientInfo = {
  readonly ip: string;
  readonly userAgent: string | null;
  readonly requestId: string;
};

/**
 * The client of work that no request started: a command on a terminal, or a job of the service. All events of that work
 * have the same request id.
 */
export function internalClient(ip: 'console' | 'service'): ClientInfo {
  return { ip, userAgent: null, requestId: randomUUID() };
}

/**
 * Reads the client's address from what a proxy wrote. It may be bare, with a port, in brackets or in quotes (RFC 7239
 * section 6). Returns one spelling for each address (RFC 5952). An IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2)
 * becomes the IPv4 address. Null if there is no address.
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

/** In characters. An IPv6 address with a zone, a port and quotes is shorter. */
const longestNode = 100;
const mapped = '0:0:0:0:0:ffff';
const translated = '64:ff9b:0:0:0:0';

/**
 * The network of an address: the address itself for IPv4, the /64 for IPv6. A household or a server gets a whole /64
 * (RFC 6177). A mapped or translated IPv4 address (RFC 6052 2.1) becomes the IPv4 address. Otherwise all of them would
 * share one /64.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || !isIPv6(ip)) return ip;
  const ipv4 = ipv4In(ip, mapped) ?? ipv4In(ip, translated);
  return ipv4 ?? `${groupsOf(ip).slice(0, 4).join(':')}::/64`;
}

/** The IPv4 address in the last 32 bits. Null if the first 96 bits are not `prefix`. */
function ipv4In(ipv6: string, prefix: string): string | null {
  const groups = groupsOf(ipv6);
  if (groups.slice(0, 6).join(':') !== prefix) return null;
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((number) => [number >> 8, number & 0xff])
    .join('.');
}

/** The eight groups in hexadecimal, without leading zeros. */
function groupsOf(ipv6: string): readonly string[] {
  const [head = '', tail = ''] = spelled(ipv6).split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}

/** The spelling of RFC 5952, but an embedded IPv4 address is in hexadecimal, too. */
function spelled(ipv6: string): string {
  return new URL(`http://[${ipv6.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
}

/**
 * Text from a client on one line, at most 200 characters. Without line breaks a client cannot forge a line in a log or
 * a terminal.
 */
export function oneLine(text: string | null): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this function removes them
  return text === null ? null : text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 200);
}
