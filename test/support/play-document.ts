import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCache } from './compile-cache.ts';
import { databaseOfCommands, type TestSettings } from './database.ts';
import { type Block, root } from './document.ts';
import { freePort } from './programs.ts';

/** What became of one block of commands. */
export type Played = {
  readonly exit: number;
  readonly printed: string;
  readonly complaints: string;
  /** Of the last call that was made so far: head and body, as curl got them. */
  readonly answer: string;
};

const programs = ['bash', 'curl', 'python3', 'oathtool', 'openssl', 'psql', 'jq'].map((name) => ({
  name,
  isHere: runs(name),
}));

/** The program that commands need and this machine has not. */
export function missingFor(commands: string): string | undefined {
  const needed = `bash curl ${commands.replace('vendor.sh', 'oathtool')}`;
  return programs.find(({ name, isHere }) => !isHere && needed.includes(name))?.name;
}

/**
 * Plays a document as somebody would who pastes its blocks into a terminal, in a folder of its own that is a fresh
 * checkout. Gives what came of each block, by its line.
 */
export async function playDocument(
  blocks: readonly Block[],
  {
    isFirstStart,
    withNpm,
    env = {},
  }: {
    readonly isFirstStart: boolean;
    /** npm itself runs the scripts. Otherwise the shell runs what package.json says: npm takes half a second each time. */
    readonly withNpm: boolean;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<ReadonlyMap<number, Played>> {
  if (missingFor('')) return new Map();
  const checkout = mkdtempSync(join(tmpdir(), 'sallyport-document-'));
  const notes = join(checkout, '.notes');
  mkdirSync(notes);
  const database = isFirstStart ? firstStart : await databaseOfCommands();
  try {
    for (const name of ['package.json', 'node_modules', 'src', 'db', 'packages'])
      symlinkSync(`${root}${name}`, join(checkout, name));
    writeFileSync(join(notes, 'clock'), '0');
    writeFileSync(join(notes, 'sitecustomize.py'), pythonClock);

    const port = await freePort();
    const appPort = await freePort(); // of an application beside the service
    const here = (text: string) =>
      text.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`).replaceAll('8000', String(appPort));
    const asSaid = (text: string) => text.replaceAll(`127.0.0.1:${port}`, '127.0.0.1:3000');
    for (const { kind, name, text } of blocks)
      if (kind === 'file') writeFileSync(join(checkout, name), here(text));
    await run(here([beginning, withNpm ? '' : withoutNpm, ...blocks.map(stepOf)].join('\n')), checkout, {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      NOTES: notes,
      TEST_CLOCK: join(notes, 'clock'),
      ...compileCache(isFirstStart ? 'liftoff' : undefined),
      NODE_OPTIONS: `--import=${new URL('./test-clock.mjs', import.meta.url).href}`,
      PYTHONPATH: notes,
      ...database.env,
      ...env,
    });
    return new Map(blocks.flatMap(({ line }) => playedOf(join(notes, String(line)), line, asSaid)));
  } finally {
    await database.close();
    rmSync(checkout, { recursive: true, force: true });
  }
}

/** The embedded database, in the folder where the reader starts the service. A server takes a tenth of the processor. */
const firstStart: Pick<TestSettings, 'env' | 'close'> = { env: {}, close: async () => {} };

/**
 * What stands in for the person: `read` reads what the service shows in its terminal, `sleep` moves the clock. curl is
 * itself and leaves what it was answered with behind.
 */
const beginning = `
shown() { sed -n "$1" "$NOTES/service" | tail -n 1; }
read() {
  case "\${!#}" in
    PASSWORD) PASSWORD=\${ADMIN_PASSWORD:-$(shown 's/^ *password  *//p')} ;;
    CODE) CODE=$(shown 's/^│ \\([0-9]\\{6\\}\\) is your .*/\\1/p') ;;
    RESET) RESET=$(newer 's/^│ .*\\/reset#token=//p' "$RESET") ;;
    *) echo "Nobody knows what to type for \${!#}" >&2; return 1 ;;
  esac
}
# mails that wait for the service's next round
newer() {
  for look in $(seq 100); do
    [ "$(shown "$1")" != "$2" ] && break
    command sleep 0.1
  done
  shown "$1"
}
ahead() { cut -d. -f1 "$TEST_CLOCK"; }
sleep() { echo $(($(ahead) + $1)) >"$TEST_CLOCK"; }
oathtool() { command oathtool --now "@$(($(date +%s) + $(ahead)))" "$@"; }
curl() {
  command curl --max-time 20 --dump-header "$NOTES/head" "$@" | tee "$NOTES/body"
  return "\${PIPESTATUS[0]}"
}
export -f ahead sleep oathtool curl
start() {
  PAGES=off node src/server.ts >"$NOTES/service" 2>&1 &
  trap 'kill $(jobs -p); wait' EXIT
  until grep -q 'Sallyport listens' "$NOTES/service"; do
    kill -0 $! || { cat "$NOTES/service" >&2; exit 1; }
    command sleep 0.1
  done
}
note() {
  echo "$2" >"$NOTES/$1.exit"
  [ ! -f "$NOTES/head" ] || cat "$NOTES/head" "$NOTES/body" >"$NOTES/$1.answer"
}`;

/** `npm run [-s] NAME -- WORDS` as npm does it. What else npm is asked for, it does itself. */
const withoutNpm = `
npm() {
  local words=("$@") script
  if [ "$1" = run ]; then
    shift
    [ "$1" = -s ] || [ "$1" = --silent ] && shift
    script=$(sed -n "s/^ *\\"$1\\": \\"\\(node [^\\"]*\\)\\",*$/\\1/p" package.json)
    if [ -n "$script" ] && [ "\${2---}" = -- ]; then
      shift $(($# > 1 ? 2 : 1))
      $script "$@"
      return
    fi
  fi
  command npm "\${words[@]}"
}
export -f npm`;

const pythonClock = `import os, time
_real, _file = time.time, os.environ["TEST_CLOCK"]
_ahead = lambda: float(open(_file).read())
time.time = lambda: _real() + _ahead()
def _sleep(seconds):
    ahead = _ahead() + seconds
    open(_file, "w").write(str(ahead))
time.sleep = _sleep
`;

function stepOf({ line, kind, text }: Block): string {
  if (kind === 'start') return `start\n${logOf(text)}`;
  if (kind !== 'run' || missingFor(text)) return '';
  return `exec >"$NOTES/${line}.out" 2>"$NOTES/${line}.err" </dev/null\n${text}\nnote ${line} $?`;
}

/** `npm start | tee FILE`: what the service shows, in a file too. */
function logOf(command: string): string {
  const [, file] = /\| tee (\S+)/.exec(command) ?? [];
  return file === undefined ? '' : `ln -s "$NOTES/service" ${file}`;
}

function playedOf(path: string, line: number, asSaid: (text: string) => string): [number, Played][] {
  if (!existsSync(`${path}.exit`)) return [];
  const read = (name: string) => asSaid(readFileSync(`${path}.${name}`, 'utf8'));
  const answer = existsSync(`${path}.answer`) ? read('answer') : '';
  return [[line, { exit: Number(read('exit')), printed: read('out'), complaints: read('err'), answer }]];
}

async function run(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const shell = spawn('bash', ['-c', script], { cwd, env, stdio: 'ignore', detached: true });
  const ended = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  const late = setTimeout(() => shell.pid && process.kill(-shell.pid), 600_000);
  await ended;
  clearTimeout(late);
}

function runs(program: string): boolean {
  return (
    spawnSync(program, [program === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' }).status === 0
  );
}
