import { insertNotMeLink } from '../../src/features/notices/not-me-store.ts';
import { hashOf } from '../../src/lib/crypto/secret-token.ts';
import { type Letter, limits } from './facts.ts';
import { helpAtTerminal } from './helpdesk-acts.ts';
import { type History, refused } from './history.ts';
import { mailsOf } from './mails.ts';

/** Reads the letters that wait for Ann, and presses the link of one. */
export async function reportNotMe(h: History, at: number): Promise<void> {
  const [ann] = h.accounts;
  if (!ann) return;
  await mailsOf(h, ann);
  const letter = h.letters.at(-1 - (at % Math.max(1, h.letters.length)));
  if (letter) await press(h, letter);
}

/** All letters have left. One is pressed, and then another, or the same again. */
export async function pressAgain(h: History, at: number): Promise<void> {
  await helpAtTerminal(h, 'resets the second factor');
  await helpAtTerminal(h, 'withdraws the password');
  for (const letter of h.letters) await send(h, letter);
  await reportNotMe(h, at);
  const letter = h.letters.find(({ over }) => over);
  if (letter) await press(h, letter);
}

async function press(h: History, letter: Letter): Promise<void> {
  const { owner, token } = letter;
  await send(h, letter);
  const isGood = !letter.over && letter.leftAt !== null && h.now() - letter.leftAt < limits.letter;
  const after = () => {
    for (const one of h.letters) if (one.owner === owner && one.leftAt !== null) one.over = true;
    owner.bypass = null;
    for (const check of h.checks) check.endsAt = Math.min(check.endsAt, h.now());
    for (const approval of h.approvals) if (approval.owner === owner) approval.state = 'over';
    if (!owner.active) return;
    Object.assign(owner, { active: false, reported: true });
    owner.version += 1;
    h.cancelTemps(owner);
    h.endSessions(owner);
    h.endDevices(owner);
    h.endLinks(owner);
  };
  await h.ask(
    `${owner.name} says by the letter about ${letter.notice}: it was not me`,
    ['POST', '/auth/not-me', { token }],
    [isGood ? { status: 204, after } : refused.token],
  );
}

/** The letter leaves: with that its link begins. */
async function send({ world, now }: History, letter: Letter): Promise<void> {
  if (letter.leftAt !== null) return;
  letter.leftAt = now();
  await insertNotMeLink(world.database.db, {
    tokenHash: hashOf(letter.token),
    username: letter.owner.username,
    notice: letter.notice,
    writtenAt: new Date(letter.writtenAt * 1000),
    now: new Date(now() * 1000),
    expiresAt: new Date((now() + limits.letter) * 1000),
  });
}
