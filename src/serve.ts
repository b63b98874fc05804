import type { Server } from 'node:http';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Config } from './config.ts';
import { makeFirstAdmin } from './first-admin.ts';
import { openService } from './open-service.ts';
import { welcome } from './welcome.ts';

const drainMs = 10_000;
/** So long a balancer goes on sending after SIGTERM, and is answered. */
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
 * Answers as before, but ends each connection with its answer: a connection that is kept would be closed sooner or
 * later in the face of a request, and a balancer sends no POST twice. Those that remain are idle.
 */
async function leave(server: Server, afterMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  await sleep(afterMs);
  await turn(); // right after new connections were taken, so that none is closed unseen
}
