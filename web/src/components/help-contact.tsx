import { settings } from '../settings.ts';

/** Whom to ask, as HELP_CONTACT has it: a mail address, a URL or words. Shows nothing if there is none. */
export function HelpContact() {
  const { help } = settings.brand;
  if (!help) return null;
  const href = /^https?:\/\//.test(help) ? help : /^[^@\s]+@[^@\s]+$/.test(help) ? `mailto:${help}` : null;
  return href ? <a href={href}>{help.replace(/^https?:\/\//, '')}</a> : help;
}
