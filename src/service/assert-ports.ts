import { once } from 'node:events';
import { createServer } from 'node:net';

type Ports = { readonly host: string; readonly port: number; readonly metricsPort: number | null };

/**
 * Looks whether this process can listen as it is configured, before the database is opened: that takes far longer. Throws
 * with the variable and what to do.
 */
export async function assertPorts({ host, port, metricsPort }: Ports): Promise<void> {
  await namingPort('PORT', host, port, () => tryOnce(host, port));
  if (metricsPort !== null)
    await namingPort('METRICS_PORT', host, metricsPort, () => tryOnce(host, metricsPort));
}

/** Does what listens, and where it cannot says by which variable. */
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
    const told = why.replaceAll('VARIABLE', variable).replaceAll('ADDRESS', host);
    throw Object.assign(new Error(`${variable} ${port} on HOST ${host}: ${told} (${code})`, { cause }), {
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
