import { spawn, spawnSync } from 'node:child_process';
import { root } from './document.ts';
import { freePort } from './programs.ts';

/** The first Python that can import these. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const imports = modules.map((name) => `import ${name}`).join('\n');
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', imports], { stdio: 'ignore' }).status === 0,
  );
}

/** An application of the documentation as its own process, once it answers. */
export async function startExample(program: string, file: string, env: Readonly<Record<string, string>>) {
  const port = await freePort();
  const child = spawn(program, [file], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: `${root}packages/python/src`,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  for (let look = 0; !(await fetch(url).catch(() => null)); look += 1) {
    if (child.exitCode !== null || look > 600) {
      await close();
      throw new Error(`${file} does not answer: ${complaints}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, close };
}
