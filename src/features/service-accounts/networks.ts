import { BlockList, isIP } from 'node:net';

/** Whether a text is a CIDR block (RFC 4632, RFC 4291 2.3), such as 192.0.2.0/24. */
export function isNetwork(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length))
    return false;
  return Number(length) <= (version === 4 ? 32 : 128);
}

/** Whether an address is in one of the networks. An empty list allows every address. */
export function isWithin(networks: readonly string[], ip: string): boolean {
  if (networks.length === 0) return true;
  const version = isIP(ip);
  if (version === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length = ''] = network.split('/');
    list.addSubnet(address, Number(length), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list.check(ip, version === 4 ? 'ipv4' : 'ipv6');
}
