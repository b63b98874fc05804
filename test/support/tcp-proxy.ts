import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between the service and a server, and breaks the line in the ways that a network does. */
export async function startTcpProxy(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const swallowed = new WeakSet<Socket>();
  let goal = { host: hostname, port: Number(port) };
  let line: 'open' | 'cut' | 'silent' = 'open';
  let answersLeft = Number.POSITIVE_INFINITY;
  let strike = () => {};
  let hasBroken = false;
  let delayMs = 0;
  let refused = 0;

  const server = createServer((near) => {
    keep(near);
    if (line === 'cut') {
      refused += 1;
      return void near.destroy();
    }
    const far = connect(goal.port, goal.host);
    keep(far);
    pass(near, far);
    far.on('data', countAnswer); // before it is passed on
    pass(far, near);
  });

  function keep(socket: Socket) {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  }

  function countAnswer() {
    answersLeft -= 1;
    if (answersLeft >= 0) return;
    answersLeft = Number.POSITIVE_INFINITY;
    hasBroken = true;
    strike();
  }

  function pass(from: Socket, to: Socket) {
    const hand = (bytes: string | Buffer) =>
      void (line === 'open' && !swallowed.has(from) && to.write(bytes));
    from.on('data', (bytes) => (delayMs > 0 ? setTimeout(hand, delayMs, bytes) : hand(bytes)));
    from.on('close', () => to.destroy());
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port); // a string only for pipes

  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = () => {
    line = 'cut';
    hangUp();
  };
  const silence = () => {
    line = 'silent';
  };
  const strikeAfter = (answers: number, what: () => void) => {
    answersLeft = answers;
    strike = what;
  };
  return {
    url: url.href,
    /** Every connection breaks, and new ones do at once. */
    cut,
    /** So many answers of the server come through. The next one is lost, though the server has done what was asked. */
    cutAfter: (answers: number) => strikeAfter(answers, cut),
    /** Likewise, and new connections work at once. */
    loseAfter: (answers: number) => strikeAfter(answers, hangUp),
    /** Something else happens instead. */
    strikeAfter,
    /** Whether that has come, since it was last mended. */
    hasBroken: () => hasBroken,
    /** How many new connections met a line that was cut. */
    refusedCount: () => refused,
    /** Data arrive so much later, either way. */
    delay: (ms: number) => {
      delayMs = ms;
    },
    /** Connections stay, and nothing comes through. */
    silence,
    /** Connections stay, and nothing comes through them any more; new ones work. */
    swallow: () => {
      for (const socket of sockets) swallowed.add(socket);
    },
    /** From now on it leads to another server. Connections that there are stay. */
    lead: (to: string) => {
      goal = { host: new URL(to).hostname, port: Number(new URL(to).port) };
    },
    /** New connections work again; those from before are gone. */
    mend: () => {
      line = 'open';
      answersLeft = Number.POSITIVE_INFINITY;
      hasBroken = false;
      delayMs = 0;
      hangUp();
    },
    close: async () => {
      hangUp();
      server.close();
      await once(server, 'close');
    },
  };
}
