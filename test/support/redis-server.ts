import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { freePort, programOf, until } from './programs.ts';

export const redisProgram = programOf('redis-server');

/** A Redis of our own, to be stopped and started as a test likes. It keeps nothing. */
export async function startRedis() {
  if (!redisProgram) throw new Error('redis-server is not here');
  const program = redisProgram;
  const port = await freePort();
  let child: ChildProcess;
  let ended: Promise<unknown>;

  async function start() {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    child = spawn(program, options, { stdio: 'ignore', cwd: '/' });
    ended = new Promise((resolve) => child.once('exit', resolve));
    await until('Redis answers', () => answers(port));
  }

  async function kill() {
    child.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    /** It keeps its connections and says nothing, until it may go on. */
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    close: kill,
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
