/**
 * What a mail program turns into a link: a scheme, an address, or a name with a dot. NFKC has already unified the other
 * forms of the dot.
 */
const link = /:\/\/|\bwww\b|\b(?:mailto|tel|javascript|data):|@|[\p{L}\p{N}-][.\u3002\uff61]\p{L}{2,}/iu;

/**
 * Text that a user wrote, for a mail from the service. Quotation marks show that the text is not the service's own. If
 * it contains a link, the mail has `hidden` in its place. The function removes invisible characters, and makes quotation
 * marks in the text plain apostrophes.
 */
export function quotedLabel(label: string, hidden: string): string {
  const plain = label
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '')
    .replace(/["\u201c-\u201f\u00ab\u00bb]/g, "'");
  return link.test(plain) ? hidden : `"${plain}"`;
}
