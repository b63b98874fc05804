const local = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/;
const domain =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const misplacedDot = /^\.|\.\.|\.$/;

/**
 * True if the text is exactly one mail address: the `dot-string@domain` of RFC 5321, at most 254 characters.
 *
 * Mail libraries read an address as a list. A line break, a comma, a quote, `<`, `>` or `;` in it could send a code to
 * another person. Only ASCII is allowed, because look-alike letters would let one person register as another. A domain
 * with other letters needs its `xn--` form.
 */
export function isMailAddress(text: string): boolean {
  if (text.length > 254) return false;
  const [name = '', host = '', ...more] = text.split('@');
  return more.length === 0 && local.test(name) && !misplacedDot.test(name) && domain.test(host);
}

/**
 * Masks a mail address: its owner recognises it, and others do not learn it. It keeps the first letter of the name and
 * of the domain. If the domain has several labels, it keeps the last one.
 */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const host = address.slice(at + 1);
  const dot = host.lastIndexOf('.');
  return `${address.slice(0, 1)}•••@${host.slice(0, 1)}•••${dot > 0 ? host.slice(dot) : ''}`;
}
