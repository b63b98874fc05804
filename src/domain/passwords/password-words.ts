/** The letters that a digit or sign replaces when people try to satisfy a rule. Attackers' tools use the same table. */
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

/** In letters. Shorter parts of a name, such as an initial, occur in passwords by chance. */
const shortestPiece = 3;

/**
 * The words in usernames, mail addresses and names: the whole text, the text without punctuation, and its runs of
 * letters. For a mail address, the whole address counts, and so does the part before the @.
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
 * True if the password consists only of these words and padding: `Alice2026!!!`, `4l1ceAliceAlice`, `aliceeeeeee`. One
 * unrelated letter makes it false, so a passphrase may contain the words. The function walks the password once and
 * remembers the reachable places. A regular expression would try every way to split it.
 */
export function isMadeOf(words: readonly string[][], password: string): boolean {
  const text = [...fold(password)];
  const reached = new Set([0]); // places that words and padding lead to
  const named = new Set<number>(); // the reached places after at least one word

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

/** Padding is every character that is no letter, and every letter that only repeats. */
function isPadding(text: readonly string[], at: number): boolean {
  const letter = text[at] ?? '';
  if (/\P{L}/u.test(letter)) return true;
  return text[at - 1] === letter || (text[at + 1] === letter && text[at + 2] === letter);
}

/** At least one character must be the word's own. Otherwise the date 945 would be the name of a user named Gas. */
function startsWith(text: readonly string[], word: readonly string[]): boolean {
  return (
    word.every((letter, i) => text[i] === letter || lookalikes[text[i] ?? '']?.includes(letter)) &&
    word.some((letter, i) => text[i] === letter)
  );
}
