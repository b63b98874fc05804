const local = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/;
const domain =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const misplacedDot = /^\.|\.\.|\.$/;

/**
 * Is this exactly one mail address, RFC 5321's `dot-string@domain` of at most 254 characters?
 *
 * Mail libraries read an address as a list: line breaks, commas, quotes, `<>` or `;` in it would send a code to
 * somebody else. ASCII only, because look-alike letters would let one person register as another; a domain with
 * other letters goes in its `xn--` form.
 */
export function isMailAddress(text: string): boolean {
  if (text.length > 254) return false;
  const [name = '', host = '', ...more] = text.split('@');
  return more.length === 0 && local.test(name) && !misplacedDot.test(name) && domain.test(host);
}

/**
 * So much of a mail address that its owner knows which one is meant, and nobody else learns it: the first letter of the name
 * and of the domain, and the last label of a domain that has several.
 */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const host = address.slice(at + 1);
  const dot = host.lastIndexOf('.');
  return `${address.slice(0, 1)}•••@${host.slice(0, 1)}•••${dot > 0 ? host.slice(dot) : ''}`;
}
