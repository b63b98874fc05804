import { describe, expect, test } from 'vitest';
import { clientName } from '../../src/domain/notices/client-name.ts';
import { quotedLabel } from '../../src/domain/notices/quoted-label.ts';
import { textsIn } from '../../src/domain/notices/texts/catalogue.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { mailsTo } from '../support/second-factor.ts';
import { policyOf, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const { clients } = textsIn('en');
const hidden = '(its name holds a link and is not shown)';
const desktop = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';

describe('a User-Agent in a mail is a browser and a system that we know', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Linux'],
    [`${desktop} Chrome/128.0.0.0 Safari/537.36`, 'Chrome on Windows'],
    [`${desktop} Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0`, 'Edge on Windows'],
    [`${desktop} Chrome/128.0.0.0 Safari/537.36 OPR/114.0.0.0`, 'Opera on Windows'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    ['curl/8.9.1', 'curl'],
    ['python-requests/2.32.3', 'a Python program'],
    ['Call +1 509 555 0100, https://evil.example', 'an unknown program'],
    ['Firefox/1 at https://evil.example on Windows', 'Firefox on Windows'],
    ['', null],
    [null, null],
  ])('%s', (userAgent, name) => {
    expect(clientName(userAgent, clients)).toBe(name);
  });
});

describe('a label in a mail is quoted, and left out with a link in it', () => {
  test.each(['Laptop', 'YubiKey 5.7', 'Büro-Telefon', 'Phone/tablet', 'the 2. one'])('%s', (label) => {
    expect(quotedLabel(label, hidden)).toBe(`"${label}"`);
  });

  test.each([
    'https://evil.example',
    'HTTPS://EVIL',
    'see evil.example/now',
    'evil.example',
    'evil\uff0eexample',
    'evil\u3002example',
    'evil.\u200bexample',
    'www evil',
    'mailto:eve',
    'tel:+15095550100',
    'eve@evil',
    'xn--evil.xn--p1ai',
  ])('%s', (label) => {
    expect(quotedLabel(label, hidden)).toBe(hidden);
  });

  test('closes no quotation of ours, and turns no line round', () => {
    expect(quotedLabel('x" was removed. Call "y', hidden)).toBe(`"x' was removed. Call 'y"`);
    expect(quotedLabel('\u202eabc\u2028d', hidden)).toBe('"abcd"');
  });
});

describe('no mail carries what a stranger wrote', () => {
  const world = useWorld();
  const evil = { headers: { 'user-agent': 'Urgent: confirm at https://evil.example/now' } };
  const label = 'Your account: https://evil.example';

  test('from a client that knows the password, and from one that enrols a factor or trusts a device', async () => {
    const root = await staff(world);
    const policy = await policyOf(root, 'public');
    await root.put('/admin/areas/public', { ...policy, trusted_device_days: 30 });
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const app = await ann.enrolTotp(bearer, { label });
    wait(60);
    const { temp_token: temp } = (await ann.login('public', {}, evil)).body;
    await ann.verify(temp, wrongCodeOf(app.secret), evil);
    const { temp_token: again } = (await ann.login()).body;
    const remember = {
      temp_token: again,
      mfa_token: app.codes[0] ?? '',
      remember_device: true,
      device_label: label,
    };
    await world.call('POST', '/auth/mfa/verify', remember, evil);
    const mails = await mailsTo(world, ann.email);
    expect(mails.length).toBeGreaterThan(1);
    for (const { subject, text, html } of mails) expect(`${subject}${text}${html}`).not.toContain('evil');
    const all = mails.map(({ text }) => text).join('\n');
    expect(all).toContain(`What: ${hidden}`);
    expect(all).toContain('With: an unknown program');
  });
});
