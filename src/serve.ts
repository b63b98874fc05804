import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Config } from './config.ts';
import { makeFirstAdmin } from './first-admin.ts';
import { openService } from './open-service.ts';
import { welcome } from './welcome.ts';

const drainMs = 10_000;
/** So long after SIGTERM a balancer may go on to send over connections that it has kept. */
const lingerMs = 1_000;

/** Opens the service, listens, and closes in order on SIGTERM and SIGINT: what is under way is finished first. */
export async function serve(config: Config): Promise<void> {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const service = await openService(config, print);
  const { host, port } = config.http;
  const admin = config.database.url ? null : await makeFirstAdmin(service.deps);
  try {
    const url = await service.app.listen({ host, port });
    print(welcome({ url, config, printsCodes: service.printsCodes, admin }));
  } catch (error) {
    await service.close();
    throw error;
  }

  const stop = (afterMs: number) => {
    setTimeout(() => process.exit(1), drainMs).unref();
    leave(service.app.server, afterMs)
      .then(service.close)
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.once('SIGTERM', () => stop(lingerMs));
  process.once('SIGINT', () => stop(0)); // somebody at a terminal waits
}

/**
 * Takes no new connection, so that a balancer goes elsewhere, but answers on those that it keeps, and ends each with an
 * answer: one that was closed without would sooner or later be closed in the face of a request, and no balancer sends a
 * POST twice. Those that remain after a while are idle.
 */
async function leave(server: HttpServer, afterMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  await turn(); // right after connections were taken, so that hardly one is refused that had been made
  Server.prototype.close.call(server); // the one of HTTP would close kept connections, too
  await sleep(afterMs);
}
