import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/**
 * Takes no new connection, so that a balancer goes elsewhere, but answers on those that it keeps, and ends each with an
 * answer: one that was closed without would sooner or later be closed in the face of a request, and no balancer sends a
 * POST twice. Those that remain after a while are idle.
 */
export async function drainConnections(server: HttpServer, afterMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  await shortTurn();
  Server.prototype.close.call(server); // the one of HTTP would close kept connections, too
  await sleep(afterMs);
}

const shortMs = 0.2;
const mostTurns = 1_000;

/**
 * A turn of the event loop that had little to do, of so many at the most. A connection that was made, and that the loop has
 * not taken yet, is reset with the closing of the port, and whatever was sent over it is lost: after a turn in which
 * requests were answered there may be one, right after connections were taken there is hardly ever.
 */
async function shortTurn(): Promise<void> {
  for (let turns = 0; turns < mostTurns; turns += 1) {
    const begun = performance.now();
    await turn();
    if (performance.now() - begun < shortMs) return;
  }
}
