/** What a mail program makes a link of: a scheme, an address, a name with a dot in it. NFKC makes one dot of all. */
const link = /:\/\/|\bwww\b|\b(?:mailto|tel|javascript|data):|@|[\p{L}\p{N}-][.\u3002\uff61]\p{L}{2,}/iu;

/**
 * A text that somebody wrote, as it stands in a mail of ours: in quotation marks, so that nobody takes it for ours, and
 * not at all where it holds a link. Marks that nobody sees and quotation marks of its own go.
 */
export function quotedLabel(label: string): string {
  const plain = label
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '')
    .replace(/["\u201c-\u201f\u00ab\u00bb]/g, "'");
  return link.test(plain) ? '(its name holds a link and is not shown)' : `"${plain}"`;
}
