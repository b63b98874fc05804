import { launchBrowser } from '../test/support/chromium.ts';
import { startService } from './service.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const rounds = 7;

type Paint = {
  /** Milliseconds from the start of the navigation. */
  readonly firstPaint: number;
  readonly contentfulPaint: number;
  readonly form: number;
  /** Bytes over the network, compressed. */
  readonly bytes: number;
  readonly files: number;
};

/** Runs in the page. */
const measure = `(() => {
  const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? 0;
  const files = performance.getEntries().filter(({ transferSize }) => transferSize > 0);
  return JSON.stringify({
    firstPaint: at('first-paint'),
    contentfulPaint: at('first-contentful-paint'),
    form: performance.now(),
    bytes: files.reduce((sum, { transferSize }) => sum + transferSize, 0),
    files: files.length,
  });
})()`;

/** How long /login takes until something is seen, in a browser that has nothing in its cache. The browser measures it. */
const service = await startService(server, { PAGES: 'on' });
const paints: Paint[] = [];
try {
  await paintOnce(); // the service compiles the code that answers
  for (let round = 0; round < rounds; round += 1) paints.push(await paintOnce());
} finally {
  await service.close();
}
show('first paint', (one) => one.firstPaint, 'ms');
show('first contentful paint', (one) => one.contentfulPaint, 'ms');
show('the form is there', (one) => one.form, 'ms');
show('all files of the page, gzip', (one) => one.bytes / 1000, 'KB');
show('files', (one) => one.files, '');

async function paintOnce(): Promise<Paint> {
  const browser = await launchBrowser(); // a new one each time: nothing is cached, no connection is open
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${service.port}/login`);
    await page.locator('input[name=password]').waitFor();
    return JSON.parse(await page.evaluate(measure));
  } finally {
    await browser.close();
  }
}

function show(what: string, of: (paint: Paint) => number, unit: string): void {
  const sorted = paints.map(of).sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(
    `${what.padEnd(30)} ${middle.toFixed(0).padStart(5)} ${unit}, slowest ${sorted.at(-1)?.toFixed(0)} ${unit}`,
  );
}
