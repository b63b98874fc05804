import { lookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { CodedError } from '../../lib/error-name.ts';
import type { EventSender, PostedEvent } from '../kernel/ports.ts';

/** Milliseconds for a whole call: name, connection, TLS, answer. */
const timeoutMs = 5_000;
const longestAnswerBytes = 16_384;

type Resolve = (
  name: string,
  done: (error: Error | null, found: readonly { address: string; family: number }[]) => void,
) => void;

/** Networks that the Internet does not route (RFC 6890), and those that tunnel into IPv4. */
const forbiddenV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
const forbiddenV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const forbidden = blockList([...forbiddenV4, ...forbiddenV6]);
/** Everything outside of it is not routed: loopback, link-local, unique local, IPv4 in IPv6, NAT64. */
const routedV6 = blockList(['2000::/3']);

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Whether an address belongs to this machine, to a private network, or to nobody on the Internet. */
export function isForbiddenAddress(address: string): boolean {
  const [plain = ''] = address.split('%'); // the zone of a link-local address
  if (isIP(plain) === 4) return forbidden.check(plain, 'ipv4');
  return !isIPv6(plain) || !routedV6.check(plain, 'ipv6') || forbidden.check(plain, 'ipv6');
}

/**
 * Posts events to receivers. `internal` are the exact origins that may stand in the service's own network. For every
 * other target, the service connects to the address that it has checked, so a name cannot lead elsewhere between the
 * check and the connection. The service follows no redirect, and reads only the beginning of an answer.
 *
 * The client is imported at the first event, because it costs 70 ms at load time, and most services have no receiver.
 */
export function createEventSender(
  internal: readonly string[],
  resolve: Resolve = (name, done) => lookup(name, { all: true }, (error, found) => done(error, found ?? [])),
): EventSender {
  const options = { connections: 50, headersTimeout: 0, bodyTimeout: 0 }; // one signal ends a whole call
  const connect = { timeout: 2 * timeoutMs, allowH2: false };
  const open = async () => {
    const { Agent, request } = await import('undici');
    const anywhere = new Agent({ ...options, connect });
    const outside = new Agent({ ...options, connect: { ...connect, lookup: checkedLookup(resolve) } });
    return { anywhere, outside, request };
  };
  let client: ReturnType<typeof open> | undefined;

  async function post({ url, headers, body }: PostedEvent) {
    const { origin, hostname, protocol } = new URL(url);
    const isInternal = internal.includes(origin);
    if (!isInternal && protocol !== 'https:') throw new CodedError('Receiver', 'NOT_HTTPS', 'Not https');
    const literal = hostname.replace(/^\[|\]$/g, '');
    // A connection to a literal address asks no resolver.
    if (!isInternal && isIP(literal) !== 0 && isForbiddenAddress(literal)) throw forbiddenAddress();
    client ??= open();
    const { anywhere, outside, request } = await client;
    const answer = await request(url, {
      method: 'POST',
      headers: { 'user-agent': 'Sallyport', accept: 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(timeoutMs),
      dispatcher: isInternal ? anywhere : outside,
    });
    return { status: answer.statusCode, body: await beginningOf(answer.body) };
  }

  return {
    internal,
    post,
    close: async () => {
      const opened = await client?.catch(() => null);
      await Promise.all([opened?.anywhere.destroy(), opened?.outside.destroy()]);
    },
  };
}

function checkedLookup(resolve: Resolve): LookupFunction {
  return (name, options, done) =>
    resolve(name, (error, found) => {
      const [first] = found;
      if (error || !first) return done(error ?? forbiddenAddress(), '', 4);
      // One forbidden address is enough: a receiver on the Internet has none.
      if (found.some(({ address }) => isForbiddenAddress(address))) return done(forbiddenAddress(), '', 4);
      if (options.all) return done(null, [...found]);
      done(null, first.address, first.family);
    });
}

function forbiddenAddress(): CodedError {
  return new CodedError('Receiver', 'FORBIDDEN_ADDRESS', 'The receiver is in a network that is not allowed');
}

async function beginningOf(stream: AsyncIterable<Buffer> & { destroy: () => unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > longestAnswerBytes) break; // which ends the stream
  }
  return Buffer.concat(chunks).toString().slice(0, longestAnswerBytes);
}
