import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './document.ts';
import { freePort, programOf } from './programs.ts';

export const nginxProgram = programOf('nginx');

export const nginxExample = 'docs/gateways/nginx.conf';

type Ports = { readonly sallyport: number; readonly backend: number };

/** A real nginx with the very file that the documentation shows, on ports and in a folder of its own. */
export async function startNginx(ports: Ports, edit: (text: string) => string = (text) => text) {
  return runNginx((port) =>
    edit(
      readFileSync(`${root}${nginxExample}`, 'utf8')
        .replace('127.0.0.1:3000', `127.0.0.1:${ports.sallyport}`)
        .replace('127.0.0.1:8000', `127.0.0.1:${ports.backend}`)
        .replace('127.0.0.1:8080', `127.0.0.1:${port}`),
    ),
  );
}

const balancerExample = 'docs/gateways/balancer.conf';

/** One that hands requests on to instances of the service in turn, as the documentation shows it. */
export async function startBalancer(instances: readonly number[]) {
  return runNginx((port) => {
    const servers = instances.map((instance) => `server 127.0.0.1:${instance} max_fails=1 fail_timeout=1s;`);
    return readFileSync(`${root}${balancerExample}`, 'utf8')
      .replace(/(?: *server 127\.0\.0\.1:300\d .*\n)+/, `  ${servers.join('\n  ')}\n`)
      .replace('127.0.0.1:8080', `127.0.0.1:${port}`);
  });
}

async function runNginx(configOf: (port: number) => string) {
  if (!nginxProgram) throw new Error('nginx is not here');
  const prefix = mkdtempSync(join(tmpdir(), 'sallyport-nginx-'));
  mkdirSync(join(prefix, 'temp'));
  const port = await freePort();
  writeFileSync(join(prefix, 'api.conf'), configOf(port));
  writeFileSync(join(prefix, 'nginx.conf'), around(prefix));

  const child = spawn(nginxProgram, ['-p', prefix, '-c', 'nginx.conf', '-e', 'error.log'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const log = () => readFileSync(join(prefix, 'error.log'), 'utf8');
  await answering(port, child, log);
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(prefix, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, log, close };
}

/** One process in the foreground, as the user who runs the test, writing nothing outside its folder. */
function around(prefix: string): string {
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${prefix}/temp/${name};`,
  );
  return `daemon off; master_process off; pid ${prefix}/nginx.pid; error_log ${prefix}/error.log info;
events { worker_connections 1024; }
http { access_log off; ${temps.join(' ')} include ${prefix}/api.conf; }
`;
}

/** What the backend was sent, each request in turn. */
export type Backend = {
  readonly port: number;
  readonly seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
  readonly close: () => Promise<void>;
};

/** A backend that trusts its gateway: it serves every request that reaches it. */
export async function startBackend(): Promise<Backend> {
  const seen: Backend['seen'] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    response.setHeader('content-type', 'application/json');
    response.end('{"data":"sensitive"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: typeof address === 'object' && address ? address.port : 0, seen, close };
}

async function answering(port: number, child: ChildProcess, log: () => string): Promise<void> {
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints += chunk;
  });
  for (let look = 0; look < 200; look += 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${complaints}${log()}`);
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nginx does not answer: ${complaints}${log()}`);
}
