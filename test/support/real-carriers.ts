import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { SendMail, SendSms } from '../../src/platform/adapters/messages.ts';
import { connectSmtp } from '../../src/platform/adapters/smtp.ts';
import { connectTwilio } from '../../src/platform/adapters/twilio.ts';
import type { Parts } from '../../src/service/create-deps.ts';
import { startFakeTwilio, twilioAccount } from './fake-twilio.ts';
import type { Fault } from './fake-twilio-faults.ts';
import { startSilentServer, startSmtpSink, startTricklingServer } from './smtp-sink.ts';

export type MailFault =
  | 450
  | 451
  | 550
  | 'nobody'
  | 'hang'
  | 'trickle'
  | 'html'
  | 'wrong-password'
  | 'tls-first'
  | 'no-tls';

/** The real adapters, before a Twilio and a mail server of this machine that can be made to misbehave. */
export async function startCarriers() {
  const twilio = await startFakeTwilio();
  const sink = await startSmtpSink();
  const silent = await startSilentServer();
  const trickling = await startTricklingServer();
  const html = await startHtmlServer();
  const strict = await startSmtpSink({ login: { user: 'mailer', password: 'right password' } });
  const secure = await startSmtpSink({ tlsFirst: true });
  const gone = await startSilentServer();
  await gone.close();
  const urls = {
    nobody: gone.url,
    hang: silent.url,
    trickle: trickling.url,
    html: html.url,
    'wrong-password': strict.url.replace('//', '//mailer:wrong@'),
    'tls-first': secure.url,
    'no-tls': sink.url.replace('smtp:', 'smtps:'),
  };

  const { accountSid, authToken, from } = twilioAccount;
  const texting = async (timeoutMs?: number) => {
    const made = await connectTwilio({ accountSid, authToken, from, apiUrl: twilio.url, timeoutMs });
    if (!('sendSms' in made)) throw new Error('This is the Verify driver');
    return made.sendSms;
  };
  const usual = { sms: await texting(), mail: connectSmtp({ url: sink.url, from: 'login@example.gov' }) };
  const line: { sms: SendSms; mail: SendMail } = { sms: usual.sms, mail: usual.mail.sendMail };
  const carriers: Parts['carriers'] = {
    sms: { sendSms: (message) => line.sms(message) },
    sendMail: (mail) => line.mail(mail),
  };

  return {
    carriers,
    twilio,
    sink,
    /** The next text meets this. A peer that hangs or trickles is given up sooner, to save the tests their time. */
    breakTexts: async (fault: Fault) => {
      if (fault === 'hang' || fault === 'trickle') line.sms = await texting(300);
      twilio.fault(fault);
    },
    breakMails: (fault: MailFault) => {
      if (typeof fault === 'number') return sink.refuse(fault);
      const timeoutMs = ['hang', 'trickle', 'tls-first'].includes(fault) ? 300 : undefined;
      line.mail = connectSmtp({ url: urls[fault], from: 'login@example.gov', timeoutMs }).sendMail;
    },
    mend: () => {
      line.sms = usual.sms;
      line.mail = usual.mail.sendMail;
    },
    lastText: () => /\d{6}/.exec(twilio.messages.at(-1)?.body ?? '')?.[0] ?? 'nothing was sent',
    lastMail: () => /\d{6}/.exec(sink.mails.at(-1)?.subject ?? '')?.[0] ?? 'nothing was sent',
    close: async () => {
      usual.mail.close();
      await Promise.all([twilio, sink, silent, trickling, html, strict, secure].map((one) => one.close()));
    },
  };
}

/** What a proxy says that stands where the mail server should be. */
async function startHtmlServer() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html\r\n\r\n<h1>Repairs</h1>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a string only for pipes
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
