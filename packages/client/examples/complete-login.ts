// A complete login with all methods. `ui` is the page: it shows what is asked, and gives what the user did.
import { type Answer, type Challenge, createClient, type Enrolment, leaveForDuo } from '@sallyport/client';
import type { Ui } from './ui.ts';

export function createLogin(baseUrl: string, ui: Ui) {
  const client = createClient({ baseUrl, mode: 'cookie', onStepUp: finish });

  async function finish(answer: Answer<Challenge | Enrolment>) {
    if (answer.kind === 'tokens') return answer;
    if (answer.kind === 'pending') return finish(await client.waitForPush(answer));
    if (answer.kind === 'must_enrol') {
      const { method, ...fields } = await ui.chooseNewFactor(answer);
      return finish(await client.enroll(method, fields, { as: answer }));
    }
    const { code, factorId } = await ui.ask(answer); // neither: the user has pressed "go on"
    if (factorId && answer.kind === 'challenge') return finish(await client.resend(answer, { factorId }));
    if (code) return finish(await client.verify(answer, { code }));
    if (answer.method === 'webauthn') return finish(await client.verifyWithKey(answer));
    return finish(
      await (answer.method === 'duo_universal' ? leaveForDuo(answer) : client.waitForPush(answer)),
    );
  }
  return {
    client,
    logIn: async (name: string, word: string) =>
      finish(await client.login({ username: name, password: word })),
  };
}
