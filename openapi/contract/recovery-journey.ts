import { randomUUID } from 'node:crypto';
import type { AdminSession } from './admin-session.ts';
import type { Inspector } from './inspector.ts';
import { inviteSomebody } from './invite-somebody.ts';
import {
  type Answer,
  createJourneyClient,
  type JourneyClient,
  listIn,
  stop,
  textIn,
  tokensIn,
} from './journey-client.ts';
import type { Inbox } from './mail-journey.ts';

const cause = { reason: 'Contract test', ticket: 'CONTRACT-1' };

type Person = {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly client: JourneyClient;
  readonly bearer: string;
  readonly codes: readonly string[];
};

/**
 * Recovers an account as far as the wait, which is four hours at least. Stops recoveries in each way. Writes the policy of
 * the area as it was.
 */
export async function recovery(
  inspector: Inspector,
  admin: AdminSession,
  { throwaway, inbox }: { readonly throwaway: boolean; readonly inbox: Inbox | null },
): Promise<void> {
  if (!inbox || !throwaway) {
    inspector.report.leaveOut('the recovery of an account: only --start opens its own mails');
    return;
  }
  const params = { area: 'public' };
  const { policy } = await admin.act('the policy of public', 'readArea', { params });
  const account_recovery = { from: ['recovery_code', 'colleague'], wait_hours: 4 };
  await admin.act('people recover their accounts', 'changeArea', {
    params,
    body: { ...Object(policy), account_recovery },
  });
  try {
    const people = [await made(inspector, admin, inbox), await made(inspector, admin, inbox)] as const;
    await recover(admin, inbox, people);
    for (const { id, username } of people) {
      const body = { status: 'disabled' };
      await admin.act(`disable ${username}`, 'changeUser', { params: { id }, body });
    }
  } finally {
    await admin.act('the policy as it was', 'changeArea', { params, body: Object(policy) });
  }
}

/** Somebody with a password and an authenticator app. */
async function made(inspector: Inspector, admin: AdminSession, inbox: Inbox): Promise<Person> {
  const { step } = admin;
  const { id, username, email } = await inviteSomebody(admin);
  const token = (await inbox(email)) ?? stop('no mail with a link');
  const password = `five ${randomUUID()}`;
  inspector.secrets.learn([token, password]);
  await step('a first password', 'resetPassword', { body: { token, new_password: password } }, 204);
  const client = createJourneyClient(inspector, { username, password });
  const { bearer } = tokensIn(await client.logIn('log in'));
  const secret = textIn(await client.enrol('Contract', bearer), 'secret');
  const first = { bearer, body: { token: client.codeOf(secret) } };
  const confirmed = await client.step('the first code', 'verifyEnrollment', first);
  const codes = listIn(confirmed, 'recovery_codes').map(String);
  return { id, username, email, client, bearer: tokensIn(confirmed).bearer, codes };
}

async function recover(
  { act, step }: AdminSession,
  inbox: Inbox,
  [ann, bob]: readonly [Person, Person],
): Promise<void> {
  const asAnn = { bearer: ann.bearer };
  const asBob = { bearer: bob.bearer };
  const names = { ...asAnn, body: { colleagues: [bob.username] } };
  await step('name a colleague', 'nameColleagues', names);
  const naming = { ...asBob, params: { id: ann.id }, body: { agrees: true } };
  await step('who agrees', 'answerNaming', naming, 204);

  const begin = async (): Promise<string> => {
    await step('the factor is lost', 'requestRecovery', { body: { username: ann.username } }, 202);
    const token = (await inbox(ann.email, 'recover')) ?? stop('no mail with a link');
    return textIn(await step('begin', 'beginRecovery', { body: { token } }), 'continue_code');
  };
  const ask = (continue_code: string) =>
    step('ask the colleague', 'askInRecovery', { body: { continue_code, colleagues: true } }, 202);
  const asked = async (): Promise<Answer> => {
    const read = await step('what is asked of a colleague', 'readColleagues', asBob);
    return Object(listIn(read, 'requests')[0]);
  };

  const continue_code = await begin();
  await step('how it stands', 'readRecovery', { body: { continue_code } });
  await ask(continue_code);
  const of = { ...asBob, params: { id: textIn(await asked(), 'id') } };
  const colleague_code = textIn(await step('approve', 'approveRecovery', of), 'colleague_code');
  await step('the code of the colleague', 'showInRecovery', { body: { continue_code, colleague_code } });
  const saved = { continue_code, recovery_code: ann.codes[0] };
  await step('a recovery code', 'showInRecovery', { body: saved });
  await step('the wait is not over', 'finishRecovery', { body: { continue_code } }, 409, 'conflict');
  const confirm = { body: { continue_code, token: '000000' } };
  await step('nor can it be confirmed', 'confirmRecovery', confirm, 409, 'conflict');
  const { recoveries } = await step('the owner sees it', 'readColleagues', asAnn);
  const own = { ...asAnn, params: { id: textIn(Object([recoveries].flat()[0]), 'id') } };
  await step('the owner stops it', 'stopRecovery', own, 204);
  await step('it is over', 'readRecovery', { body: { continue_code } }, 401, 'invalid-token');

  await ask(await begin());
  const again = { ...asBob, params: { id: textIn(await asked(), 'id') } };
  await step('the colleague refuses', 'refuseRecovery', again, 204);
  await begin();
  const params = { id: ann.id };
  await act('the helpdesk stops it', 'stopRecoveries', { params, body: cause }, 204);
  await act('none is left', 'stopRecoveries', { params, body: cause }, 404, 'not-found');
}
