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
