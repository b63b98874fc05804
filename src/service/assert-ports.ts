import { once } from 'node:events';
import { createServer } from 'node:net';

type Ports = { readonly host: string; readonly port: number; readonly metricsPort: number | null };

/**
 * Checks that this process can listen on its ports, before the database is opened, which takes far longer. Throws an
 * Error with the variable and a remedy.
 */
export async function assertPorts({ host, port, metricsPort }: Ports): Promise<void> {
  await namingPort('PORT', host, port, () => tryOnce(host, port));
  if (metricsPort !== null)
    await namingPort('METRICS_PORT', host, metricsPort, () => tryOnce(host, metricsPort));
}

/** Runs `listen`. If the port cannot be used, it throws an Error that names the variable. */
export async function namingPort<Result>(
  variable: string,
  host: string,
  port: number,
  listen: () => Promise<Result>,
): Promise<Result> {
  try {
    return await listen();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why = reasons[code];
    if (!why) throw cause;
    const text = why.replaceAll('VARIABLE', variable).replaceAll('ADDRESS', host);
    throw Object.assign(new Error(`${variable} ${port} on HOST ${host}: ${text} (${code})`, { cause }), {
      code,
    });
  }
}

const noAddress = 'ADDRESS is not an address of this machine. Correct HOST.';
const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there. Stop that process, or set VARIABLE to a free port.',
  EACCES: 'this user may not listen there. Set VARIABLE to a port from 1024 on.',
  EADDRNOTAVAIL: noAddress,
  EINVAL: noAddress,
  ENOTFOUND: noAddress,
  EAI_AGAIN: noAddress,
  EAFNOSUPPORT: noAddress,
};

async function tryOnce(host: string, port: number): Promise<void> {
  const server = createServer().listen({ host, port, exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
