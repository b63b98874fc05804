import { describe, expect, test } from 'vitest';
import { plainLetterhead } from '../../src/domain/notices/letterhead.ts';
import { notMeUrl } from '../../src/domain/notices/not-me.ts';
import { isTexted, writeTextNotice } from '../../src/domain/notices/text-notice.ts';
import { textedNotices } from '../../src/domain/notices/texted-notices.ts';
import { languages } from '../../src/domain/notices/texts/catalogue.ts';
import { noticeNames } from '../../src/domain/notices/texts/notice-texts.ts';

/** The letters of GSM 03.38 that our texts may have. Each takes one place of a segment. */
const gsm = /^[A-Za-z0-9 @.,:;#=?/_ñé¿-]+$/;
const twoSegments = 2 * 153;

const everyText = languages.flatMap((language) =>
  textedNotices.flatMap((notice) => {
    const url = notMeUrl(`https://${'p'.repeat(52)}`, 't'.repeat(43));
    const user = { username: 'ann', language };
    const letterhead = plainLetterhead('n'.repeat(253));
    return [{ link: url }, { notMe: url }, {}].map((how) => ({
      name: `${notice} in ${language}`,
      text: writeTextNotice(letterhead, { notice, user, ...how }),
    }));
  }),
);

const written = (serviceName: string) =>
  writeTextNotice(plainLetterhead(serviceName), {
    notice: 'mfa_reset',
    user: { username: 'ann', language: null },
    notMe: 'https://login.example.gov/not-me#token=x',
  });

describe('the text message about a danger', () => {
  test('has two segments at most, in letters that take one place, with a long name and a long address', () => {
    expect(everyText).toHaveLength(languages.length * textedNotices.length * 3);
    for (const { name, text } of everyText) {
      expect(text, name).toMatch(gsm);
      expect(text.length, name).toBeLessThanOrEqual(twoSegments);
    }
  });

  test('says who writes, what happened, and where to stop it', () => {
    expect(written('Mason County')).toBe(
      'Mason County: The helpdesk removed your second factors. Not you? Lock your account: https://login.example.gov/not-me#token=x',
    );
  });

  test('has the name of the service without letters that make it dearer', () => {
    expect(written('Condado de Peñón “Sí”')).toMatch(/^Condado de Penon Si: The helpdesk/);
    expect(written('[Login] ~ {x}')).toMatch(/^Login x: The helpdesk/);
    expect(written('Город')).toMatch(/^Login: The helpdesk/);
  });

  test('tells of no login, so a person who logs in each day costs no more', () => {
    const texted = noticeNames.filter((notice) => isTexted(notice));
    expect(texted).toHaveLength(textedNotices.length);
    for (const notice of [
      'second_factor_failed',
      'login_after_failures',
      'account_locked',
      'device_trusted',
      'recovery_code_used',
      'bypass_code_used',
    ] as const)
      expect(isTexted(notice)).toBe(false);
  });
});
