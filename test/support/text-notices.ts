import type { SmsRules } from '../../src/domain/sms/sms-limits.ts';
import { deliverDueTexts } from '../../src/features/sms/text-notice-worker.ts';
import { wait } from './actor.ts';
import { freshPhone } from './second-factor.ts';
import { plentyOfSms, type World } from './world.ts';

type Text = { readonly to: string; readonly text: string };
type How = { readonly smsRules?: Partial<SmsRules>; readonly sendSms?: (text: Text) => Promise<void> };

/** Sends the texts that are due, and gives those that the carrier took for this number. */
export async function noticesTo(world: World, phone: string, how: How = {}): Promise<string[]> {
  const texts: Text[] = [];
  const failures: unknown[] = [];
  const sendSms = async (text: Text) => {
    await how.sendSms?.(text);
    texts.push(text);
  };
  const smsRules = { ...plentyOfSms, ...how.smsRules };
  const onFailure = (error: unknown) => void failures.push(error);
  while ((await deliverDueTexts({ ...world.deps, smsRules, sendSms, onFailure })) > 0);
  if (failures.length > 0 && !how.sendSms) throw failures[0];
  return texts.filter(({ to }) => to === phone).map(({ text }) => text);
}

/** An owner with a telephone and nothing else, or with a mailbox too. */
export async function telephoneOwner(world: World, given: Parameters<World['user']>[0] = { email: null }) {
  const person = await world.user(given);
  const phone = freshPhone();
  const enrolled = await person.enrolSent('sms', { phone });
  wait(40); // the next code may be sent
  return { ...person, ...enrolled, phone };
}

/** The token of the link in a text. */
export function linkIn(text = ''): string {
  return /\/not-me#token=([\w-]{43})$/.exec(text)?.[1] ?? 'no link';
}
