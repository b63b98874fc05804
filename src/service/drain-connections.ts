import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/**
 * Stops accepting connections, so that a load balancer uses another instance. It still answers on kept connections and
 * closes each with its next answer. Closing one without an answer could cut off a request that has just been sent, and
 * a balancer never repeats a POST. Connections that remain after `afterMs` milliseconds are idle.
 */
export async function drainConnections(server: HttpServer, afterMs: number): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  await shortTurn();
  Server.prototype.close.call(server); // close() of the HTTP server would also close kept connections
  await sleep(afterMs);
}

const shortMs = 0.2;
const mostTurns = 1_000;

/**
 * Waits for a short turn of the event loop, at most `mostTurns` turns. Closing the port resets connections that the
 * event loop has not accepted yet, with all data sent over them. There may be one after a turn that answered requests.
 * There is hardly ever one right after a turn that accepted connections.
 */
async function shortTurn(): Promise<void> {
  for (let turns = 0; turns < mostTurns; turns += 1) {
    const begun = performance.now();
    await turn();
    if (performance.now() - begun < shortMs) return;
  }
}
