import { afterEach, describe, expect, test } from 'vitest';
import { watchMailServer } from '../../src/features/notices/mail-watch.ts';
import { errorName } from '../../src/lib/error-name.ts';
import { connectSmtp } from '../../src/platform/adapters/smtp.ts';
import { checkMail, checkSms } from '../../src/service/cli/check-commands.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';

const closers: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function terminal() {
  const printed: string[] = [];
  return { printed, print: (line: string) => void printed.push(line) };
}

const login = { user: 'mailer', password: 'right password' };
async function sinkWithLogin() {
  const sink = await startSmtpSink({ login, starttls: 'demanded' });
  closers.push(sink.close);
  return { sink, urlWith: (password: string) => sink.url.replace('//', `//mailer:${password}@`) };
}
const mailConfig = (url: string) => readConfig({ SMTP_URL: url, MAIL_FROM: 'login@example.gov' });

describe('sallyport check mail', () => {
  test('sends one mail', async () => {
    const { sink, urlWith } = await sinkWithLogin();
    const { printed, print } = terminal();
    await checkMail(mailConfig(urlWith('right%20password')), ['--to', 'ann@example.gov'], { print });
    expect(sink.mails).toMatchObject([
      { to: ['ann@example.gov'], subject: 'A mail to check the mail server' },
    ]);
    expect(printed).toEqual([expect.stringContaining('has taken a mail to ann@example.gov')]);
  });

  test('says why it cannot, and no word of the server', async () => {
    const { urlWith } = await sinkWithLogin();
    const refused = checkMail(mailConfig(urlWith('wrong')), ['--to', 'ann@example.gov'], terminal());
    await expect(refused).rejects.toThrow('The mail server did not take the mail: Mail EAUTH 535.');
    await expect(refused).rejects.not.toThrow('Invalid username');
  });

  test.each([
    [{}, [], 'Missing: --to <ADDRESS>'],
    [{}, ['--to', 'ann'], 'not a mail address'],
    [{}, ['--to', 'ann@example.gov'], 'Set SMTP_URL and MAIL_FROM'],
  ])('with %j and %j says what to do', async (env, args, says) => {
    await expect(checkMail(readConfig(env), args, terminal())).rejects.toThrow(says);
  });
});

describe('sallyport check sms', () => {
  async function twilioConfig(env: Record<string, string>) {
    const twilio = await startFakeTwilio();
    closers.push(twilio.close);
    const account = {
      TWILIO_ACCOUNT_SID: twilioAccount.accountSid,
      TWILIO_AUTH_TOKEN: twilioAccount.authToken,
    };
    return { twilio, config: readConfig({ ...account, TWILIO_API_URL: twilio.url, ...env }) };
  }
  const from = { TWILIO_FROM: twilioAccount.from };

  test('sends one text message', async () => {
    const { twilio, config } = await twilioConfig(from);
    const { printed, print } = terminal();
    await checkSms(config, ['--to', '+15095550143'], { print });
    expect(twilio.messages).toMatchObject([{ to: '+15095550143' }]);
    expect(printed).toEqual([expect.stringContaining('has taken a text message to +15095550143')]);
  });

  test('has a Verify service send a code', async () => {
    const { twilio, config } = await twilioConfig({
      TWILIO_VERIFY_SERVICE_SID: twilioAccount.verifyServiceSid,
    });
    await checkSms(config, ['--to', '+15095550143'], terminal());
    expect(twilio.verifications).toHaveLength(1);
  });

  test('says why it cannot', async () => {
    const { twilio, config } = await twilioConfig(from);
    twilio.fault({ code: 21608, status: 400, message: 'The number +15095550143 is unverified.' });
    const refused = checkSms(config, ['--to', '+15095550143'], terminal());
    await expect(refused).rejects.toThrow('Twilio did not take the text message: Twilio 21608 400.');
  });

  test.each([
    [{}, [], 'Missing: --to <NUMBER>'],
    [{}, ['--to', '5095550143'], 'not a phone number'],
    [{}, ['--to', '+15095550143'], 'Set TWILIO_ACCOUNT_SID'],
  ])('with %j and %j says what to do', async (env, args, says) => {
    await expect(checkSms(readConfig(env), args, terminal())).rejects.toThrow(says);
  });
});

describe('the watch of the mail server', () => {
  async function watched(url: string) {
    const causes: string[] = [];
    const smtp = connectSmtp({ url, from: 'login@example.gov', timeoutMs: 500 });
    const onFailure = (error: unknown) => void causes.push(errorName(error));
    const watch = watchMailServer({ carried: true, probe: smtp.probe }, onFailure);
    await watch.close(); // waits for the look under way
    smtp.close();
    return { causes, fault: watch.fault() };
  }

  test('logs in at the start, and sends nothing', async () => {
    const { sink, urlWith } = await sinkWithLogin();
    expect(await watched(urlWith('right%20password'))).toEqual({ causes: [], fault: null });
    expect([sink.loginCount(), sink.mails.length]).toEqual([1, 0]);
  });

  test('says that the login is refused, and why', async () => {
    const { urlWith } = await sinkWithLogin();
    const wrong = await watched(urlWith('wrong'));
    expect(wrong).toEqual({ causes: ['Problem: Mail EAUTH 535'], fault: 'mail_failing' });
  });

  test('says that there is no mail server', () => {
    expect(watchMailServer({ carried: false, probe: null }, () => {}).fault()).toBe('mail_missing');
    expect(watchMailServer({ carried: true, probe: null }, () => {}).fault()).toBeNull();
  });
});
