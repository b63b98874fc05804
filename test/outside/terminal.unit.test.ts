import { describe, expect, test } from 'vitest';
import { terminalSenders } from '../../src/platform/adapters/terminal.ts';

describe('Without a provider', () => {
  test('messages are printed on the terminal, and cannot repaint it', async () => {
    const lines: string[] = [];
    const { sendSms, sendMail } = terminalSenders((line) => lines.push(line));
    await sendSms({ to: '+15551230001', text: 'Your code is 492039.\u001b[2J' });
    await sendMail({
      to: 'alice@example.gov',
      subject: 'Your code',
      text: 'It is 492039.\nDo not share it.',
      html: '',
    });
    expect(lines).toEqual([
      ...['┌ SMS to +15551230001', '│ Your code is 492039.·[2J', '└'],
      ...['┌ Mail to alice@example.gov: Your code', '│ It is 492039.', '│ Do not share it.', '└'],
    ]);
  });
});
