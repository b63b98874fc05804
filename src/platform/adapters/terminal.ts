import type { SendMail, SendSms } from './messages.ts';

/**
 * Prints messages instead of sending them, so that somebody who tries the service needs no SMS or mail account.
 * For development only: whoever reads the terminal can log in. `write` gets one line at a time, without its end.
 */
export function terminalSenders(write: (line: string) => void): { sendSms: SendSms; sendMail: SendMail } {
  return {
    sendSms: async ({ to, text }) => print(write, `SMS to ${to}`, text),
    sendMail: async ({ to, subject, text }) => print(write, `Mail to ${to}: ${subject}`, text),
  };
}

function print(write: (line: string) => void, heading: string, text: string) {
  const lines = text.trimEnd().split(/\r?\n/);
  for (const line of [`┌ ${heading}`, ...lines.map((line) => `│ ${line}`), '└']) write(visible(line));
}

/** A message may quote what a user typed, and control characters would repaint the operator's terminal. */
function visible(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, '·');
}
