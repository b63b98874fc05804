import { type Answer, type JourneyClient, listIn, type Tokens, textIn, tokensIn } from './journey-client.ts';

/** A device that the owner trusts, from the answer that made it one until none is left. */
export async function trustedDevice(client: JourneyClient, tokens: Tokens, verified: Answer): Promise<void> {
  const { step, logIn, leaveOut } = client;
  if (verified.trusted_device !== undefined) await useDevice(client, tokens, verified);
  else leaveOut('a trusted device: the policy of the area public has none');
  await logIn('no device of ours', { trusted_device: 'x'.repeat(43) });
  await step('trust none', 'distrustDevices', tokens, 204);
}

async function useDevice({ step, logIn }: JourneyClient, tokens: Tokens, verified: Answer): Promise<void> {
  const from = (answer: Answer) => ({ trusted_device: textIn(answer, 'trusted_device') });
  const first = await logIn('log in from a trusted device', from(verified));
  const second = await logIn('and again, with its next token', from(first));
  const opened = tokensIn(second);

  const devices = listIn(await step('trusted devices', 'listTrustedDevices', tokens), 'devices');
  const params = { id: textIn(Object(devices[0]), 'id') };
  await step('trust it no longer', 'distrustDevice', { ...tokens, params }, 204);
  await step('it is trusted no longer', 'distrustDevice', { ...tokens, params }, 404, 'not-found');
  await step('what it opened has ended', 'me', opened, 401, 'invalid-token');
}
