import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { compileCache } from './compile-cache.ts';
import { freePort, until } from './programs.ts';

export type Instance = Awaited<ReturnType<typeof startInstance>>;

/**
 * The service as it is shipped, in a process of its own, on a port that it keeps when it is started again: PORT, or any
 * free one. `onStart` receives each such process before it prints anything.
 */
export async function startInstance(
  env: Readonly<Record<string, string>>,
  onStart: (child: ChildProcess) => void = () => {},
) {
  const port = Number(env.PORT ?? (await freePort()));
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  let child: ChildProcess;
  let ended: Promise<number | null>;

  async function start() {
    child = spawn(process.execPath, ['src/server.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(port),
        PAGES: 'off',
        ...compileCache(),
        ...env,
      },
    });
    onStart(child);
    ended = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => void lines.push(String(chunk)));
    await until('the service is ready', async () => {
      if (child.exitCode !== null) throw new Error(`The service ended: ${lines.join('')}`);
      return isReady();
    });
  }

  const isReady = () =>
    fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(10_000) }).then(
      ({ ok }) => ok,
      () => false,
    );

  /** The code that it ends with; null where a signal ended it. */
  async function stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    child.kill(signal);
    return ended;
  }

  await start();
  return {
    port,
    /** It keeps its connections and does nothing, until it may go on. */
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    url,
    start,
    stop,
    isReady,
    /** What it has said so far. */
    output: () => lines.join(''),
    residentMiB: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
  };
}
