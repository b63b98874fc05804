import { lightenedFor } from '../../lib/contrast.ts';
import type { Language } from './texts/catalogue.ts';

/** What all letters of this service have in common. */
export type Letterhead = {
  /** What people call this service. */
  readonly serviceName: string;
  readonly colors: BrandColors;
  /** Whom users ask for help: a mail address, a URL, or words. */
  readonly help: string | null;
  /** The language of users who have none of their own. */
  readonly language: Language;
};

/** The colour of buttons and links on a light ground, and on a dark one. */
export type BrandColors = { readonly light: string; readonly dark: string };

/** The ground of dark pages and letters: `web/src/styles/theme.css` has the same. */
export const darkGround = '#1b1f24';

/** The brand's colour, and a tone of it that can be read on the dark ground. */
export function brandColors(color: string): BrandColors {
  return { light: color, dark: lightenedFor(darkGround, color, 7) };
}

/** The letterhead of an installation without a brand. */
export function plainLetterhead(serviceName: string): Letterhead {
  return { serviceName, colors: brandColors('#1d4f8c'), help: null, language: 'en' };
}
