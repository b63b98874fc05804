import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { type ReadMail, readMail } from './read-mail.ts';

/** One delivered mail. `to` and `from` are the envelope's, which is what decides who gets it. */
type SunkMail = ReadMail & {
  readonly to: readonly string[];
  readonly from: string;
  readonly raw: string;
};

type SinkOptions = {
  /** What clients must log in with. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Offers STARTTLS, with a certificate that nobody vouches for. `demanded`: takes neither login nor mail without it. */
  readonly starttls?: boolean | 'demanded';
  /** Speaks TLS from the first byte, as on port 465. */
  readonly tlsFirst?: boolean;
};

/**
 * A real SMTP server on a free port of this machine, which keeps what it gets. `refuse` makes it answer the next
 * recipients with that code: 550 for good, 451 for now.
 */
export async function startSmtpSink({ login, starttls = false, tlsFirst = false }: SinkOptions = {}) {
  const mails: SunkMail[] = [];
  const refusals: number[] = [];
  let connections = 0;
  let logins = 0;
  let encrypted = 0;

  const server = new SMTPServer({
    secure: tlsFirst,
    authOptional: !login,
    allowInsecureAuth: starttls !== 'demanded',
    disabledCommands: starttls ? [] : ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onAuth({ username, password }, _session, done) {
      logins += 1;
      const known = username === login?.user && password === login?.password;
      done(known ? null : new Error('Invalid username or password'), known ? { user: username } : undefined);
    },
    onSecure(_socket, _session, done) {
      encrypted += 1;
      done();
    },
    onMailFrom(_address, { secure }, done) {
      const refused = starttls === 'demanded' && !secure;
      const text = 'Must issue a STARTTLS command first';
      done(refused ? Object.assign(new Error(text), { responseCode: 530 }) : null);
    },
    onRcptTo({ address }, _session, done) {
      const responseCode = refusals.shift();
      done(responseCode ? Object.assign(new Error(`<${address}> refused`), { responseCode }) : null);
    },
    async onData(stream, { envelope }, done) {
      const bytes = await buffer(stream).catch(() => null);
      if (!bytes) return; // the client is gone
      const raw = bytes.toString('latin1');
      const from = envelope.mailFrom ? envelope.mailFrom.address : '';
      mails.push({ ...readMail(raw), to: envelope.rcptTo.map(({ address }) => address), from, raw });
      done();
    },
  });
  server.on('error', () => undefined); // a client that gives up in the middle is what some tests are about
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    url: `smtp://127.0.0.1:${portOf(listener)}`,
    port: portOf(listener),
    mails,
    connectionCount: () => connections,
    loginCount: () => logins,
    encryptedCount: () => encrypted,
    refuse: (code: number, times = 1) => void refusals.push(...Array<number>(times).fill(code)),
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

/** Accepts connections and never says a word. */
export function startSilentServer() {
  return startServer(() => undefined);
}

/** Greets properly, then gives an answer that grows by one letter again and again: never silent, never done. */
export function startTricklingServer() {
  return startServer((socket) => {
    socket.write('220 slow\r\n250-');
    const timer = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(timer));
  });
}

async function startServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `smtp://127.0.0.1:${portOf(server)}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // a string only for pipes
}
