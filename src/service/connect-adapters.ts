import type { SendMail } from '../platform/adapters/messages.ts';
import { terminalSenders } from '../platform/adapters/terminal.ts';
import { connectTwilio } from '../platform/adapters/twilio.ts';
import type { Config } from './config/config.ts';
import { instrumentDuo, instrumentMail, instrumentPushes, instrumentSms } from './instrument-adapters.ts';
import type { Telemetry } from './open-telemetry.ts';

/**
 * Connects the configured carriers of codes and mails. Outside production the terminal replaces those that are not
 * configured.
 */
export async function connectAdapters(
  { production, mail, twilio, duo: duoOptions }: Config,
  print: (line: string) => void,
  telemetry: Telemetry,
) {
  const terminal = production ? undefined : terminalSenders(print);
  // Each adapter is imported only if it is configured.
  const smtp = mail ? (await import('../platform/adapters/smtp.ts')).connectSmtp(mail) : undefined;
  const plainSms = twilio ? await connectTwilio(twilio) : terminal && { sendSms: terminal.sendSms };
  const plainMail: SendMail | undefined = smtp?.sendMail ?? terminal?.sendMail;
  const sms = plainSms && instrumentSms(plainSms, twilio ? 'twilio' : 'terminal', telemetry);
  const sendMail = plainMail && instrumentMail(plainMail, smtp ? 'smtp' : 'terminal', telemetry);
  const duo =
    duoOptions &&
    (await import('../platform/adapters/connect-duo.ts')).connectDuo(duoOptions, instrumentDuo(telemetry));
  const { duoPrompts, duoTelephones } = duo?.methods ?? {};

  return {
    carriers: {
      ...(sms && { sms }),
      ...(sendMail && { sendMail }),
      ...(duoPrompts && { duoPrompts }),
      ...(duoTelephones && { duoTelephones: instrumentPushes(duoTelephones, telemetry.metrics) }),
    },
    sendMail,
    /** Undefined where Twilio Verify writes the texts itself. */
    sendSms: sms && 'sendSms' in sms ? sms.sendSms : undefined,
    /** Asks the mail server whether it accepts our login. Null without a mail server. */
    probeMail: smtp?.probe ?? null,
    duo,
    /** The channels for which the terminal prints codes, because no carrier is configured. */
    printsCodesBy: production ? [] : [...(twilio ? [] : ['SMS']), ...(mail ? [] : ['e-mail'])],
    closeCarriers: async () => {
      smtp?.close();
      await duo?.close();
    },
  };
}
