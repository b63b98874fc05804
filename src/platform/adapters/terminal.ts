import type { SendMail, SendSms } from './messages.ts';

/**
 * Prints messages instead of sending them, so that a developer needs no SMS or mail account. For development only: a
 * person who reads the terminal can log in. `write` gets one line at a time, without its line break.
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

/** A message may quote a user's input, and control characters in it would change the operator's terminal. */
function visible(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, '·');
}
