import type { Texts } from '../texts/catalogues.ts';

type Names<Name extends string> = readonly (readonly [name: Name, mark: RegExp])[];

/*
 * The same marks in the same order as in src/domain/notices/client-name.ts, which writes the mails. The pages are built
 * without the service, so they cannot share a file; a test compares them.
 */
const browsers: Names<string> = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPiOS|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS)\//],
  ['Safari', /\bVersion\/[\d.]+.*\bSafari\//],
  ['curl', /^curl\//],
];
const programs: Names<keyof Texts<'security'>['programs']> = [
  ['python', /^(?:python|aiohttp|httpx)/i],
  ['node', /^(?:node|undici|axios)/i],
  ['java', /^(?:java|okhttp|apache-httpclient)/i],
  ['go', /^go-http-client\//i],
];
const systems: Names<string> = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\b(?:Macintosh|Mac OS X)\b/],
  ['Linux', /\b(?:Linux|X11)\b/],
];

/** The browser and the system in a User-Agent, in words of ours alone: anybody can send any text as a User-Agent. */
export function clientWords(userAgent: string | null, t: Texts<'security'>): string {
  const given = userAgent?.trim().slice(0, 1000);
  if (!given) return t.unknownDevice;
  const program = nameIn(programs, given);
  const name = nameIn(browsers, given) ?? (program && t.programs[program]);
  const system = nameIn(systems, given);
  return system ? t.client(name ?? t.unknownProgram, system) : (name ?? t.unknownProgram);
}

function nameIn<Name extends string>(names: Names<Name>, userAgent: string): Name | undefined {
  return names.find(([, mark]) => mark.test(userAgent))?.[0];
}
