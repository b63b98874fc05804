import type { SendMail } from '../platform/adapters/messages.ts';
import { terminalSenders } from '../platform/adapters/terminal.ts';
import { connectTwilio } from '../platform/adapters/twilio.ts';
import type { Config } from './config/config.ts';
import { instrumentDuo, instrumentMail, instrumentPushes, instrumentSms } from './instrument-adapters.ts';
import type { Telemetry } from './open-telemetry.ts';

/** What carries codes and mails, as it is configured; outside production the terminal, for what is not. */
export async function connectAdapters(
  { production, mail, twilio, duo: duoOptions }: Config,
  print: (line: string) => void,
  watch: Telemetry,
) {
  const terminal = production ? undefined : terminalSenders(print);
  // Each is loaded where it is configured.
  const smtp = mail ? (await import('../platform/adapters/smtp.ts')).connectSmtp(mail) : undefined;
  const plainSms = twilio ? await connectTwilio(twilio) : terminal && { sendSms: terminal.sendSms };
  const plainMail: SendMail | undefined = smtp?.sendMail ?? terminal?.sendMail;
  const sms = plainSms && instrumentSms(plainSms, twilio ? 'twilio' : 'terminal', watch);
  const sendMail = plainMail && instrumentMail(plainMail, smtp ? 'smtp' : 'terminal', watch);
  const duo =
    duoOptions &&
    (await import('../platform/adapters/connect-duo.ts')).connectDuo(duoOptions, instrumentDuo(watch));
  const { duoPrompts, duoTelephones } = duo?.methods ?? {};

  return {
    carriers: {
      ...(sms && { sms }),
      ...(sendMail && { sendMail }),
      ...(duoPrompts && { duoPrompts }),
      ...(duoTelephones && { duoTelephones: instrumentPushes(duoTelephones, watch.metrics) }),
    },
    sendMail,
    /** Asks the mail server whether it takes our login; null where there is none. */
    probeMail: smtp?.probe ?? null,
    duo,
    /** How the codes would go that are printed, because nothing is configured to carry them. */
    printsCodesBy: production ? [] : [...(twilio ? [] : ['SMS']), ...(mail ? [] : ['e-mail'])],
    closeCarriers: async () => {
      smtp?.close();
      await duo?.close();
    },
  };
}
