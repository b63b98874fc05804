import { describe, expect, onTestFinished, test } from 'vitest';
import { isMailAddress } from '../../src/domain/users/email-address.ts';
import { connectSmtp, type SmtpOptions } from '../../src/platform/adapters/smtp.ts';
import { problemOf as problemWithout } from '../support/problem-of.ts';
import { startSilentServer, startSmtpSink, startTricklingServer } from '../support/smtp-sink.ts';

const from = 'Sallyport <login@example.gov>';
const message = {
  to: 'alice@example.gov',
  subject: 'Ihr Code für die Anmeldung',
  text: 'Ihr Code ist 492039.\nEr gilt fünf Minuten.',
  html: '<p>Ihr Code ist <b>492039</b>.</p>',
};

function mailer(options: Pick<SmtpOptions, 'url' | 'timeoutMs'>) {
  const { sendMail, close } = connectSmtp({ from, ...options });
  onTestFinished(close);
  return sendMail;
}

async function sinkFor(options?: Parameters<typeof startSmtpSink>[0]) {
  const sink = await startSmtpSink(options);
  onTestFinished(() => sink.close());
  return sink;
}

const problemOf = (call: Promise<unknown>) =>
  problemWithout(call, [message.to, 'wrong password', 'wrong%20password']);
const unavailable = {
  status: 503,
  extensions: { reason: 'mail_unavailable', retry_after: 60, detail: expect.any(String) },
};

/** Nobody counts this as this machine, but it is: so a server here can stand for one far away. */
const elsewhere = (port: number, query = '') => `smtp://[::ffff:127.0.0.1]:${port}${query}`;

/** Read as a list of addresses, most of these would go to the thief. */
const injections = [
  'alice@example.gov, thief@evil.test',
  'alice@example.gov;thief@evil.test',
  'alice@example.gov\r\nBcc: thief@evil.test',
  'alice@example.gov<thief@evil.test>',
  'group:thief@evil.test;',
  '"alice@example.gov" <thief@evil.test>',
  'alice@example.gov@evil.test',
  '(alice@example.gov) thief@evil.test',
  'alice@example.gov\0',
];

describe('Mail', () => {
  test('arrives with its subject and both bodies, at one recipient', async () => {
    const sink = await sinkFor();
    await mailer({ url: sink.url })(message);
    expect(sink.mails).toEqual([
      { ...message, to: ['alice@example.gov'], from: 'login@example.gov', raw: expect.any(String) },
    ]);
    expect(sink.mails[0]?.raw).toContain('Auto-Submitted: auto-generated');
  });

  test('goes over a connection that is kept', async () => {
    const sink = await sinkFor({ login: { user: 'mailer', password: 'right password' } });
    const sendMail = mailer({ url: sink.url.replace('//', '//mailer:right%20password@') });
    for (let sent = 0; sent < 3; sent++) await sendMail(message);
    expect(sink.mails).toHaveLength(3);
    expect([sink.connectionCount(), sink.loginCount()]).toEqual([1, 1]);
  });

  test.each(injections)('is not sent to %j', async (to) => {
    const sink = await sinkFor();
    const problem = await problemOf(mailer({ url: sink.url })({ ...message, to }));
    expect(problem).toMatchObject({ status: 400, extensions: { errors: [{ pointer: '#/email' }] } });
    expect(sink.connectionCount()).toBe(0);
  });

  test('cannot be given headers by its subject', async () => {
    const sink = await sinkFor();
    await mailer({ url: sink.url })({ ...message, subject: 'Hello\r\nBcc: thief@evil.test' });
    expect(sink.mails[0]?.to).toEqual([message.to]);
    expect(sink.mails[0]?.raw).not.toMatch(/^bcc:/im);
  });

  test('says so if the server refuses the address for good, and goes on for others', async () => {
    const sink = await sinkFor();
    const sendMail = mailer({ url: sink.url });
    sink.refuse(550);
    const problem = await problemOf(sendMail(message));
    expect(problem).toMatchObject({ status: 503, extensions: { reason: 'mail_unavailable' } });
    expect(problem.extensions.detail).toContain('address');
    expect(problem.extensions).not.toHaveProperty('retry_after'); // it will be refused again
    expect(problem.cause).toMatchObject({ message: 'The mail was not sent: EENVELOPE 550' });
    await sendMail(message);
    expect(sink.mails).toHaveLength(1);
  });

  test('is unavailable while the server puts it off', async () => {
    const sink = await sinkFor();
    sink.refuse(451);
    const problem = await problemOf(mailer({ url: sink.url })(message));
    expect(problem).toMatchObject(unavailable);
    expect(problem.extensions.detail).not.toContain('address');
  });

  test('is unavailable with a wrong password', async () => {
    const sink = await sinkFor({ login: { user: 'mailer', password: 'right password' } });
    const url = sink.url.replace('//', '//mailer:wrong%20password@');
    const problem = await problemOf(mailer({ url })(message));
    expect(problem).toMatchObject(unavailable);
    expect(problem.cause).toMatchObject({ message: 'The mail was not sent: EAUTH 535' });
  });

  test.each([
    ['says nothing', startSilentServer],
    ['never ends its answer', startTricklingServer],
  ])('is given up in time when the server %s', async (_name, start) => {
    const server = await start();
    onTestFinished(() => server.close());
    expect(await problemOf(mailer({ url: server.url, timeoutMs: 200 })(message))).toMatchObject(unavailable);
  });

  test('is unavailable when nobody listens', async () => {
    const gone = await startSilentServer();
    await gone.close();
    expect(await problemOf(mailer({ url: gone.url })(message))).toMatchObject(unavailable);
  });
});

describe('A mail server on this machine', () => {
  const login = { user: 'mailer', password: 'right password' };
  const withLogin = (url: string) => url.replace('//', '//mailer:right%20password@');

  test('gets login and mail over STARTTLS where it demands that', async () => {
    const sink = await sinkFor({ starttls: 'demanded', login });
    await mailer({ url: withLogin(sink.url) })(message);
    expect(sink.mails).toHaveLength(1);
    expect([sink.encryptedCount(), sink.loginCount()]).toEqual([1, 1]);
  });

  test('gets mail over STARTTLS where it offers that', async () => {
    const sink = await sinkFor({ starttls: true });
    await mailer({ url: sink.url })(message);
    expect([sink.mails.length, sink.encryptedCount()]).toEqual([1, 1]);
  });

  test('gets mail without TLS if the URL says so', async () => {
    const sink = await sinkFor({ starttls: true });
    await mailer({ url: `${sink.url}?tls=never` })(message);
    expect([sink.mails.length, sink.encryptedCount()]).toEqual([1, 0]);
  });

  test('must prove itself where the URL asks for TLS from the first byte', async () => {
    const sink = await sinkFor({ tlsFirst: true });
    const problem = await problemOf(mailer({ url: sink.url.replace('smtp:', 'smtps:') })(message));
    expect(problem).toMatchObject(unavailable);
    expect(sink.mails).toEqual([]);
  });
});

describe('A mail server on another machine', () => {
  test.each([
    ['offers no TLS', false],
    ['has a certificate that nobody vouches for', true],
  ])('learns neither mail nor password if it %s', async (_name, starttls) => {
    const sink = await sinkFor({ starttls, login: { user: 'mailer', password: 'secret' } });
    const url = elsewhere(sink.port).replace('//', '//mailer:secret@');
    expect(await problemOf(mailer({ url })(message))).toMatchObject(unavailable);
    expect([sink.mails.length, sink.loginCount()]).toEqual([0, 0]);
  });

  test('gets mail without TLS if the URL says so', async () => {
    const sink = await sinkFor();
    await mailer({ url: elsewhere(sink.port, '?tls=never') })(message);
    expect(sink.mails).toHaveLength(1);
  });

  test.each([
    'mail.example.gov',
    'http://mail.example.gov',
    'smtp://mail.example.gov?tls=perhaps',
    'smtp://mailer:secret@mail.example.gov?tls.rejectUnauthorized=false',
  ])('is not configured by %s, and the password is not repeated', (url) => {
    const connect = () => connectSmtp({ url, from });
    expect(connect).toThrow('The SMTP URL must read smtp[s]://[user:password@]host[:port][?tls=never]');
    expect(connect).not.toThrow('secret');
  });
});

describe('A mail address', () => {
  test.each(['a@b.test', "o'brien+mfa@mail.example.gov", 'x_y-z@localhost', 'a@xn--mller-kva.test'])(
    'may be %s',
    (text) => expect(isMailAddress(text)).toBe(true),
  );

  test.each([
    ...injections,
    ...[
      '',
      '@',
      'a',
      'a@',
      '@b.test',
      'a b@c.test',
      '.a@b.test',
      'a.@b.test',
      'a..b@c.test',
      'a@b..test',
      'a@-b.test',
    ],
    ...[
      'a@b.test ',
      'a@b.test\n',
      'ä@b.test',
      'a@b\u2024test',
      `${'a'.repeat(65)}@b.test`,
      `a@${'b.'.repeat(126)}test`,
    ],
  ])('is not %j', (text) => expect(isMailAddress(text)).toBe(false));
});
