import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, type Block, blocksOf, differ, differencesOf, readDocument } from './document.ts';
import { missingFor, type Played, playDocument } from './play-document.ts';

/** Where the reader meets the service at its very first start, and the admin that it makes. */
const fromTheFirstStart = ['README.md', 'docs/tutorial.md'];

/** The page whose scripts npm itself runs. */
const playedWithNpm = 'docs/policy.md';

type Setting = { readonly env: Readonly<Record<string, string>>; readonly close: () => Promise<void> };

/**
 * Plays a document, and makes a test of all that it says of its commands. `open` gives the environment that the reader is
 * asked to have, such as a database.
 */
export function describeCommandsIn(name: string, open?: () => Promise<Setting>): void {
  const blocks = blocksOf(readDocument(name));
  describe(`the commands in ${name}`, () => {
    let setting: Setting | undefined;
    let came: ReadonlyMap<number, Played>;
    beforeAll(async () => {
      setting = await open?.();
      const isFirstStart = fromTheFirstStart.includes(name);
      const withNpm = name === playedWithNpm;
      came = await playDocument(blocks, { isFirstStart, withNpm, env: setting?.env ?? {} });
    }, 660_000);
    afterAll(() => setting?.close());

    test.for(claimsOf(blocks))('line $line: $kind as it says', ({ kind, text, about }, { skip }) => {
      const missing = missingFor(about.text);
      skip(missing !== undefined, `${missing} is not here`);
      const { exit, printed, complaints, answer } = came.get(about.line) ?? nothing(about);
      switch (kind) {
        case 'answer':
          return expect(differencesOf(answerOf(text), answerOf(answer)), complaints).toEqual([]);
        case 'printed':
          return expect(differ('printed', readable(text), readable(printed)), complaints).toEqual([]);
        default:
          return expect(exit, complaints).toBe(0);
      }
    });
  });
}

/** What a document says, each with the block of commands that it is about: the last one before it. */
function claimsOf(blocks: readonly Block[]) {
  return blocks.flatMap((said, at) => {
    const about = blocks.slice(0, at + 1).findLast(({ kind }) => kind === 'run');
    return about && ['run', 'answer', 'printed'].includes(said.kind) ? [{ ...said, about }] : [];
  });
}

function nothing({ line }: Block): never {
  throw new Error(`The commands at line ${line} were never reached`);
}

function readable(printed: string): unknown {
  try {
    return JSON.parse(printed);
  } catch {
    return printed.trim();
  }
}
