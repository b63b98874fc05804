import { isMailAddress } from '../../domain/users/email-address.ts';
import { isPhoneNumber } from '../../features/users/user-faults.ts';
import { errorName } from '../../lib/error-name.ts';
import { Problem } from '../../lib/problem.ts';
import { connectSmtp } from '../../platform/adapters/smtp.ts';
import { connectTwilio } from '../../platform/adapters/twilio.ts';
import type { Config } from '../config/config.ts';
import { serviceName } from '../service-name.ts';
import { checkDuo } from './check-duo.ts';
import type { Terminal } from './shell.ts';
import { type Commands, command, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;

const mailWords = () =>
  command('mail', 'send one mail; if that fails, say why', required(one('--to <ADDRESS>', 'where it goes')));
const duoWords = () => command('duo', 'ask Duo whether it knows the applications and accepts their keys');
const smsWords = () =>
  command(
    'sms',
    'send one text message; if that fails, say why',
    required(one('--to <NUMBER>', 'where it goes, as +15095550100')),
  );

export const checkCommands: Commands = (config, there) => [
  [mailWords, (words) => checkMail(config(), words, there)],
  [smsWords, (words) => checkSms(config(), words, there)],
  [duoWords, () => checkDuo(config(), there)],
];

/**
 * Sends one mail through the configured server, and resolves once the server has accepted it. Needs no database. Throws
 * an Error with the code of the failure.
 */
export async function checkMail(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { to } = read<{ to: string }>(mailWords, args);
  if (!isMailAddress(to))
    throw new Error(`--to ${to} is not a mail address. Write one such as ann@example.gov.`);
  if (!config.mail) throw new Error('No mail server is configured. Set SMTP_URL and MAIL_FROM.');
  const smtp = connectSmtp(config.mail);
  const text = `This mail was sent by \`sallyport check mail\` of ${serviceName(config.http.issuer)}. Nothing needs to be done.`;
  const mail = { to, subject: 'A mail to check the mail server', text, html: `<p>${text}</p>` };
  try {
    await smtp
      .sendMail(mail)
      .catch((error: unknown) => refuse('The mail server did not take the mail', error));
  } finally {
    smtp.close();
  }
  print(`The mail server has taken a mail to ${to}. Look in the mailbox to see if it arrived.`);
}

/**
 * Sends one text message through Twilio. With a Verify service it is a code that no login accepts. Throws an Error with
 * the code of the failure.
 */
export async function checkSms(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { to } = read<{ to: string }>(smsWords, args);
  if (!isPhoneNumber(to))
    throw new Error(`--to ${to} is not a phone number. Write one such as +15095550100.`);
  if (!config.twilio)
    throw new Error('No Twilio account is configured. Set TWILIO_ACCOUNT_SID and what it needs.');
  const twilio = await connectTwilio(config.twilio);
  const text = `A text message of ${serviceName(config.http.issuer)}, to check that they are sent.`;
  const sent = 'verifySms' in twilio ? twilio.verifySms.start(to, 'en') : twilio.sendSms({ to, text });
  await sent.catch((error: unknown) => refuse('Twilio did not take the text message', error));
  print(`Twilio has taken a text message to ${to}. Look at the phone to see if it arrived.`);
}

/** Shows the same code as the log. It does not show the server's answer, which may quote a secret. */
function refuse(what: string, error: unknown): never {
  const cause = error instanceof Problem && error.cause ? error.cause : error;
  throw new Error(`${what}: ${errorName(cause)}. docs/observability.md explains this code.`, {
    cause,
  });
}
