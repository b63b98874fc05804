import type { Fault } from './verify-chain.ts';

/** A fault in a sentence, for whoever has to act on it. */
export function sayFault({ kind, seal, seq }: Fault): string {
  const what = seq === null ? `Seal ${seal}` : `Event ${seq}${seal === null ? '' : `, of seal ${seal},`}`;
  switch (kind) {
    case 'changed':
      return `${what} was changed.`;
    case 'removed':
      return `${what} was removed.`;
    case 'reordered':
      return `${what} is not in its place: another event stands there.`;
    case 'inserted':
      return `${what} was inserted: ${seq === null ? 'it does not belong there' : 'no seal covers it'}.`;
    case 'unsigned':
      return `${what} is the first that no key of this service has signed.`;
    case 'replaced':
      return `${what} is another than the one that was told outside: the database was rewritten, or an old copy of it goes on.`;
    case 'lost':
      return `${what} was told outside and is gone, with all after it: the end was cut off, or this is an old copy.`;
    case 'unsealed':
      return 'There are events that should have been sealed long ago: nothing seals, or seals are taken away.';
  }
}
