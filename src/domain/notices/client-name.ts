type Names = readonly (readonly [name: string, mark: RegExp])[];

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
  ['a Python program', /^(?:python|aiohttp|httpx)/i],
  ['a Node program', /^(?:node|undici|axios)/i],
  ['a Java program', /^(?:java|okhttp|apache-httpclient)/i],
  ['a Go program', /^go-http-client\//i],
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
export function clientName(userAgent: string | null): string | null {
  if (userAgent === null || userAgent.trim() === '') return null;
  const given = userAgent.slice(0, 1000);
  const browser = nameIn(browsers, given);
  const system = nameIn(systems, given);
  if (browser && system) return `${browser} on ${system}`;
  if (system) return `an unknown program on ${system}`;
  return browser ?? 'an unknown program';
}

function nameIn(names: Names, userAgent: string): string | undefined {
  return names.find(([, mark]) => mark.test(userAgent))?.[0];
}
