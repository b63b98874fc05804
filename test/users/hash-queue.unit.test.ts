import { describe, expect, test } from 'vitest';
import { createHashQueue } from '../../src/features/passwords/hash-queue.ts';

/** Jobs that end on demand, in any order. */
function stalled(limits: { running: number; waiting: number }) {
  const queue = createHashQueue(limits);
  const begun: string[] = [];
  const refused: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (line: string, name = line) =>
    queue
      .run(line, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      })
      .catch(({ status }) => void refused.push(`${name} ${status}`));
  const settle = () => new Promise(setImmediate);
  const finish = async () => {
    ends.shift()?.();
    await settle();
  };
  return { queue, begun, refused, ask, finish, settle };
}

describe('who waits for a hash', () => {
  test('RL-9 waits for one of each other line, however many that line has sent', async () => {
    const { begun, ask, finish } = stalled({ running: 1, waiting: 100 });
    for (let at = 0; at < 50; at += 1) ask('flood', `flood ${at}`);
    ask('office');
    ask('home');
    for (let at = 0; at < 4; at += 1) await finish();
    expect(begun).toEqual(['flood 0', 'flood 1', 'office', 'home', 'flood 2']);
  });

  test('RL-9 is served in the order of asking within a line', async () => {
    const { begun, ask, finish } = stalled({ running: 1, waiting: 100 });
    for (const name of ['a1', 'a2', 'b1', 'a3', 'b2']) ask(name.charAt(0), name);
    for (let at = 0; at < 4; at += 1) await finish();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  test('RL-9 gets in where it is full: the last of the longest line is refused at once', async () => {
    const { queue, begun, refused, ask, finish, settle } = stalled({ running: 1, waiting: 3 });
    for (let at = 0; at < 4; at += 1) ask('flood', `flood ${at}`);
    ask('office');
    await settle();
    expect(refused).toEqual(['flood 3 503']);
    expect(queue.state()).toEqual({ running: 1, waiting: 3, refused: 1 });
    for (let at = 0; at < 3; at += 1) await finish();
    expect(begun).toEqual(['flood 0', 'flood 1', 'office', 'flood 2']);
  });

  test('RL-9 is refused where their own line is the longest, or would be', async () => {
    const { refused, ask, settle } = stalled({ running: 1, waiting: 3 });
    for (const name of ['a', 'a', 'b', 'b']) ask(name);
    ask('a', 'one more a');
    await settle();
    expect(refused).toEqual(['one more a 503']);
    ask('b', 'one more b');
    await settle();
    expect(refused).toEqual(['one more a 503', 'one more b 503']);
  });

  test('RL-9 cannot push out one of many who wait once', async () => {
    const { begun, refused, ask, finish, settle } = stalled({ running: 1, waiting: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name);
    await settle();
    expect(refused).toEqual(['d 503', 'e 503']);
    for (let at = 0; at < 2; at += 1) await finish();
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  test('leaves nothing behind when all is done', async () => {
    const { queue, ask, finish } = stalled({ running: 2, waiting: 10 });
    for (let at = 0; at < 9; at += 1) ask(`line ${at % 3}`);
    for (let at = 0; at < 9; at += 1) await finish();
    expect(queue.state()).toEqual({ running: 0, waiting: 0, refused: 0 });
  });
});
