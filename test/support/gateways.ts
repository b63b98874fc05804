import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './document.ts';
import { startNginx } from './nginx.ts';
import { freePort, programOf } from './programs.ts';

type Ports = { readonly sallyport: number; readonly backend: number };
type Gateway = { readonly url: string; readonly close: () => Promise<void> };

/** The gateways whose files the documentation shows, each as it is installed here. */
export const gateways = [
  { name: 'nginx', program: programOf('nginx'), files: ['nginx.conf'], start: startNginx },
  {
    name: 'Caddy',
    program: programOf('caddy'),
    files: ['Caddyfile'],
    start: (ports: Ports) => run('caddy', ['Caddyfile'], ['run', '--config', 'Caddyfile'], ports),
  },
  {
    name: 'HAProxy',
    program: programOf('haproxy'),
    files: ['haproxy.cfg', 'haproxy_guard.lua'],
    start: (ports: Ports) =>
      run('haproxy', ['haproxy.cfg', 'haproxy_guard.lua'], ['-db', '-f', 'haproxy.cfg'], ports),
  },
] as const;

/** The very files that the documentation shows, on ports and in a folder of their own. */
async function run(
  name: string,
  files: readonly string[],
  given: readonly string[],
  ports: Ports,
): Promise<Gateway> {
  const program = programOf(name);
  if (!program) throw new Error(`${name} is not here`);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-gateway-'));
  const port = await freePort();
  for (const file of files) {
    const here = readFileSync(`${root}docs/gateways/${file}`, 'utf8')
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${ports.sallyport}`)
      .replaceAll('127.0.0.1:8000', `127.0.0.1:${ports.backend}`)
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
    // Two instances of Caddy cannot both have its port for administration.
    writeFileSync(join(folder, file), file === 'Caddyfile' ? `{\n\tadmin off\n}\n${here}` : here);
  }
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const child = spawn(program, given, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answering(name, port, child);
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function answering(name: string, port: number, child: ChildProcess): Promise<void> {
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints += chunk;
  });
  for (let look = 0; look < 400; look += 1) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${complaints}`);
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${name} does not answer: ${complaints}`);
}
