import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/**
 * Takes no new connection, so that a balancer goes elsewhere, but answers on those that it keeps, and ends each with an
 * answer: one that was closed without would sooner or later be closed in the face of a request, and no balancer sends a
 * POST twice. Those that remain after a while are idle.
 */
export async function leaveBalancer(server: HttpServer, afterMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  await turn(); // right after connections were taken, so that hardly one is refused that had been made
  Server.prototype.close.call(server); // the one of HTTP would close kept connections, too
  await sleep(afterMs);
}
