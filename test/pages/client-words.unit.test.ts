import { describe, expect, test } from 'vitest';
import { clientName } from '../../src/domain/notices/client-name.ts';
import { textsIn } from '../../src/domain/notices/texts/catalogue.ts';
import { clientWords } from '../../web/src/lib/client-words.ts';
import english from '../../web/src/texts/en/security.ts';
import spanish from '../../web/src/texts/es/security.ts';

const systems = [
  'Linux; Android 15; Pixel 9',
  'iPhone; CPU iPhone OS 18_0 like Mac OS X',
  'Windows NT 10.0; Win64; x64',
  'X11; CrOS x86_64 14541.0.0',
  'Macintosh; Intel Mac OS X 10_15_7',
  'X11; Linux x86_64',
  'Something else',
];
const browsers = [
  'Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
  'Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0',
  'SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  'Chrome/140.0.0.0 Safari/537.36 Vivaldi/7.5',
  'Gecko/20100101 Firefox/142.0',
  'Chrome/140.0.0.0 Safari/537.36',
  'Version/18.0 Safari/605.1.15',
  'Something/1.0',
];
const agents = [
  ...systems.flatMap((system) => browsers.map((browser) => `Mozilla/5.0 (${system}) ${browser}`)),
  ...['curl/8.9', 'python-requests/2.32', 'axios/1.7', 'Java/21', 'Go-http-client/2.0', 'x', ' '],
];

describe('a User-Agent in words', () => {
  test('names the same browser and system as the mails do', () => {
    const article = (words: string) =>
      words.replace(/^an? (?=unknown|Python|Node|Java|Go)/i, '').toLowerCase();
    for (const agent of agents) {
      const inMails = clientName(agent, textsIn('en').clients) ?? 'unknown device';
      expect(article(clientWords(agent, english)), agent).toBe(article(inMails));
    }
  });

  test('speaks the language of the person', () => {
    expect(clientWords(agents[0] ?? '', spanish)).toBe('Edge en Android');
    expect(clientWords('node', spanish)).toBe('Un programa de Node');
    expect(clientWords(null, spanish)).toBe('Dispositivo desconocido');
  });

  test('has no word of the User-Agent itself', () => {
    expect(clientWords('<b>Win</b> Firefox/<i>', english)).toBe('Firefox');
    expect(clientWords('<b>Windows</b>', english)).toBe('Unknown program on Windows');
  });
});
