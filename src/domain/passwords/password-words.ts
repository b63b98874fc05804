/** What people write for a letter to satisfy a rule; attackers' tools know the same table. */
const lookalikes: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'il',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'g',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'il',
  '|': 'il',
  '+': 't',
};

/** Shorter pieces of a name, such as an initial, would turn up in passwords by chance. */
const shortestPiece = 3;

/**
 * The words in usernames, addresses and names: each as it stands, without its punctuation, and its runs of letters.
 * Of an address, the part before the @ counts, and the whole.
 */
export function wordsOf(context: readonly string[]): readonly string[][] {
  const names = context.flatMap((name) => [name, name.split('@')[0] ?? '']).map(fold);
  const words = names.flatMap((name) => {
    const local = name.includes('@') ? '' : name;
    const pieces = local.split(/\P{L}+/u).filter((piece) => piece.length >= shortestPiece);
    return [name, local.replace(/[^\p{L}\p{N}]+/gu, ''), ...pieces];
  });
  return [...new Set(words)].filter((word) => word !== '').map((word) => [...word]);
}

/**
 * True if the password is these words and padding, and nothing else: `Alice2026!!!`, `4l1ceAliceAlice`, `aliceeeeeee`.
 * One unrelated letter and it is false, so a passphrase may contain any of the words. Walks the password once and
 * remembers which places can be reached, because a regular expression would try all ways to split it.
 */
export function isMadeOf(words: readonly string[][], password: string): boolean {
  const text = [...fold(password)];
  const reached = new Set([0]); // by padding and words
  const named = new Set<number>(); // of these, the ones with a word before them

  for (let at = 0; at < text.length; at += 1) {
    if (!reached.has(at)) continue;
    if (isPadding(text, at)) {
      reached.add(at + 1);
      if (named.has(at)) named.add(at + 1);
    }
    for (const word of words) {
      if (!startsWith(text.slice(at, at + word.length), word)) continue;
      reached.add(at + word.length);
      named.add(at + word.length);
    }
  }
  return named.has(text.length);
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Anything but letters, and letters that only repeat. */
function isPadding(text: readonly string[], at: number): boolean {
  const letter = text[at] ?? '';
  if (/\P{L}/u.test(letter)) return true;
  return text[at - 1] === letter || (text[at + 1] === letter && text[at + 2] === letter);
}

/** At least one character must be the word's own: to a user named Gas, a date with 945 in it is not a name. */
function startsWith(text: readonly string[], word: readonly string[]): boolean {
  return (
    word.every((letter, i) => text[i] === letter || lookalikes[text[i] ?? '']?.includes(letter)) &&
    word.some((letter, i) => text[i] === letter)
  );
}
