import type { NoticeTexts } from './texts/notice-texts.ts';

type Names<Name extends string = string> = readonly (readonly [name: Name, mark: RegExp])[];
type ClientTexts = NoticeTexts['clients'];

/** The first match wins. Most browsers also name other browsers, so that sites treat them alike. */
const browsers: Names = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPiOS|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS)\//],
  ['Safari', /\bVersion\/[\d.]+.*\bSafari\//],
  ['curl', /^curl\//],
];
const programs: Names<keyof ClientTexts['programs']> = [
  ['python', /^(?:python|aiohttp|httpx)/i],
  ['node', /^(?:node|undici|axios)/i],
  ['java', /^(?:java|okhttp|apache-httpclient)/i],
  ['go', /^go-http-client\//i],
];
const systems: Names = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\b(?:Macintosh|Mac OS X)\b/],
  ['Linux', /\b(?:Linux|X11)\b/],
];

/**
 * The browser and the system in a User-Agent, in fixed words: `Firefox on Windows`. An attacker can send any text, and
 * a mail from the service must not contain it. Null if there is no User-Agent.
 */
export function clientName(userAgent: string | null, texts: ClientTexts): string | null {
  if (userAgent === null || userAgent.trim() === '') return null;
  const given = userAgent.slice(0, 1000);
  const program = nameIn(programs, given);
  const name = nameIn(browsers, given) ?? (program && texts.programs[program]) ?? texts.unknown;
  const system = nameIn(systems, given);
  return system ? texts.on(name, system) : name;
}

function nameIn<Name extends string>(names: Names<Name>, userAgent: string): Name | undefined {
  return names.find(([, mark]) => mark.test(userAgent))?.[0];
}
