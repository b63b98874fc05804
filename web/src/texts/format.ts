import type { Language } from './catalogues.ts';

export type Format = ReturnType<typeof createFormat>;

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Dates and times, in the language and the time zone of the person. */
export function createFormat(language: Language) {
  // The region of the browser decides between 2:30 pm and 14:30, where it speaks the same language.
  const locale = navigator.languages.find((tag) => tag.slice(0, 2).toLowerCase() === language) ?? language;
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return {
    /** 6 Dec: a day of the service's figures, which is a day of UTC, such as 2026-12-06 */
    day: (name: string) => day.format(new Date(`${name}T12:00:00Z`)),
    /** 6 December 2026 */
    date: (at: Date | number | string) => date.format(new Date(at)),
    /** 14:30 */
    time: (at: Date | number | string) => time.format(new Date(at)),
    /** 6 Dec 2026, 14:30 */
    dateTime: (at: Date | number | string) => dateTime.format(new Date(at)),
    /** 74 %, on one line: a share between 0 and 1, without what is behind the point */
    share: (value: number) => `${Math.floor(value * 100 + 1e-9)}\u00a0%`,
    number: (value: number) => new Intl.NumberFormat(locale).format(value),
    /** 15 minutes: in the largest unit that needs no fraction. */
    duration: (seconds: number) => {
      const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? ['second', 1];
      const options = { style: 'unit', unit, unitDisplay: 'long' } as const;
      return new Intl.NumberFormat(locale, options).format(seconds / size);
    },
    /** 1:05 */
    clock: (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
  };
}
