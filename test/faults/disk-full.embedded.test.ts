import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpCaller } from '../support/http-caller.ts';
import { startInstance } from '../support/instances.ts';
import { until } from '../support/programs.ts';
import { tally } from '../support/second-factor.ts';
import { recordOutput, startRecord } from '../support/secret-record.ts';
import type { Answer } from '../support/world.ts';

const disk = mkdtempSync(join(tmpdir(), 'sallyport-disk-'));
const mount = () =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', disk], { stdio: 'ignore' });
const unmount = () => execFileSync('umount', ['--lazy', disk]);

/** A small disk of our own, in memory: only root may have one, and not in every container. */
function mayMount(): boolean {
  try {
    mount();
    unmount();
    return true;
  } catch {
    rmdirSync(disk);
    return false;
  }
}

describe.skipIf(!mayMount())('the embedded database on a disk that is full', () => {
  let service: Awaited<ReturnType<typeof startInstance>>;
  let caller: ReturnType<typeof httpCaller>;
  let password: string;
  const kept: string[] = [];
  beforeAll(async () => {
    mount();
    const record = startRecord();
    const onStart = (child: ChildProcess) => void recordOutput(child, record);
    service = await startInstance({ DATA_DIR: `${disk}/data`, LOG_LEVEL: 'error' }, onStart);
    caller = httpCaller(service.url, undefined, record);
    const shown = () => /password {3}(\S+)/.exec(service.output())?.[1];
    await until('the first admin is shown', shown); // it is ready a moment before
    password = shown() ?? '';
  });
  afterAll(async () => {
    await caller.close();
    await service.stop('SIGKILL');
    unmount();
    rmdirSync(disk);
  });

  async function logIn(): Promise<Answer> {
    const answer = await caller.call('POST', '/auth/login', { username: 'admin', password });
    if (answer.status === 200) kept.push(answer.body.refresh_token);
    return answer;
  }

  /** Every session that a client received is still there. */
  async function expectKept(): Promise<void> {
    const tokens = kept.splice(0);
    expect(tokens.length).toBeGreaterThan(0);
    const answers = [];
    for (const refresh_token of tokens)
      answers.push(await caller.call('POST', '/auth/refresh', { refresh_token }));
    expect(tally(answers)).toEqual({ '200': tokens.length });
    kept.push(...answers.map(({ body }) => body.refresh_token));
  }

  test('HT-5 answers 503 with the time to try again, and one line in the log says that it is the disk', async () => {
    expect((await logIn()).status).toBe(200);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(`${disk}/filler`, Buffer.alloc(bavail * bsize - 50_000));
    const before = service.output().length;
    let answer: Answer;
    do answer = await logIn();
    while (answer.status === 200);
    expect(answer).toMatchObject({ status: 503, type: '/problems/dependency-unavailable' });
    expect(answer.headers['retry-after']).toBe('2');
    expect(JSON.stringify(answer.body)).not.toContain('token');
    const refused = () =>
      service
        .output()
        .slice(before)
        .split('\n')
        .filter((line) => line.includes('"refused"'));
    await expect.poll(refused).toHaveLength(1);
    expect(refused()[0]).toContain('53100');
  });

  test('HT-5 works again when there is space, and has kept all that it had said yes to', async () => {
    rmSync(`${disk}/filler`);
    expect((await logIn()).status).toBe(200);
    await service.stop('SIGKILL');
    await service.start();
    await expectKept();
  });

  test('HT-5 opens again after it was killed in the middle of writing', async () => {
    const writing = Array.from({ length: 8 }, logIn);
    await Promise.race(writing);
    await service.stop('SIGKILL');
    await Promise.all(writing);
    await service.start();
    await expectKept();
    expect((await logIn()).status).toBe(200);
  });
});
