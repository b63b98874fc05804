import { createTransport } from 'nodemailer';
import { isMailAddress } from '../../domain/users/email-address.ts';
import { CodedError } from '../../lib/error-name.ts';
import { dependencyUnavailable, invalidField, type Problem } from '../../lib/problem.ts';
import type { SendMail } from './messages.ts';

/**
 * `url` is `smtp://user:password@host:587`, or `smtps://…` for TLS from the start. Over `smtp:` the server must offer
 * STARTTLS with a certificate from a trusted authority.
 * A server on this machine may omit STARTTLS. If it offers STARTTLS, the client uses it with any certificate, because
 * no attacker is between two processes of one machine.
 * `?tls=never` at the end turns STARTTLS off, for a test server in the next container. Then an attacker on the network
 * can read everything.
 */
export type SmtpOptions = {
  readonly url: string;
  /** The value of the `From` header: `Sallyport <login@example.gov>`. */
  readonly from: string;
  /** Milliseconds for a whole mail, from connecting to the server's 250. */
  readonly timeoutMs?: number | undefined;
};

const loopback = /^(127(\.\d+){3}|\[::1\]|localhost)$/i;

/**
 * Sends mail through one SMTP server, over connections that it keeps for the next mail. `close` ends them.
 * `sendMail` throws 400 with `errors` at `#/email` unless `to` is exactly one address. It throws 503 if the server does
 * not accept the mail in time. Throws an Error if the URL is not as described.
 */
export function connectSmtp({ url, from, timeoutMs = 4000 }: SmtpOptions): {
  sendMail: SendMail;
  /** Connects and logs in, without sending anything. Throws as `sendMail` does. */
  probe(): Promise<void>;
  close(): void;
} {
  const transport = createTransport({
    ...serverOf(url),
    pool: true,
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: 30_000, // also how long an idle connection is kept
    maxRecipients: 1,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    async sendMail({ to, subject, text, html }) {
      if (!isMailAddress(to)) throw invalidField('#/email', 'This is not a mail address.');
      await transport
        .sendMail({
          from,
          to: { name: '', address: to }, // nodemailer parses a string as a list of addresses
          subject,
          text,
          html,
          headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no out-of-office replies
          signal: AbortSignal.timeout(timeoutMs), // the other timeouts measure silence only
        })
        .catch((error: unknown) => {
          throw refusalOf(error);
        });
    },

    async probe() {
      await transport.verify().catch((error: unknown) => {
        throw refusalOf(error);
      });
    },

    close: () => transport.close(),
  };
}

/** Parsed here, because nodemailer takes any of its settings from the URL. One of them trusts every certificate. */
function serverOf(text: string) {
  const url = URL.parse(text);
  if (!url?.hostname || !/^smtps?:$/.test(url.protocol) || !['', '?tls=never'].includes(url.search)) {
    throw new Error('The SMTP URL must read smtp[s]://[user:password@]host[:port][?tls=never]');
  }
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port && { port: Number(url.port) }),
    ...(url.username && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    secure,
    ...(!secure && startTls(url)),
  };
}

function startTls({ search, hostname }: URL) {
  if (search !== '') return { ignoreTLS: true };
  // An unverified certificate protects no less than the plain text that is allowed here.
  return loopback.test(hostname) ? { tls: { rejectUnauthorized: false } } : { requireTLS: true };
}

/** The server's replies repeat the address, so the cause contains only their codes. */
function refusalOf(error: unknown): Problem {
  const fact = (key: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
  // `originalCode` is the code of the system or the TLS library behind ESOCKET. EABORT always means the timeout,
  // because nothing else aborts a mail.
  const word = fact('code') === 'EABORT' ? 'ETIMEDOUT' : (fact('originalCode') ?? fact('code'));
  const code = [word ?? 'unknown', fact('responseCode')].filter(Boolean).join(' ');
  const cause = new CodedError('Mail', code, `The mail was not sent: ${code}`);
  const isRefused = fact('command') === 'RCPT TO' && fact('permanent') === true;
  const extensions = isRefused
    ? { detail: 'The mail server refuses this address. Check it or use another method.' }
    : {
        detail: 'Mail does not work at the moment. Try again in a few minutes or use another method.',
        retry_after: 60,
      };
  return dependencyUnavailable({ ...extensions, reason: 'mail_unavailable' }, cause);
}
