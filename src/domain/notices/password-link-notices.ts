import { escapeHtml } from '../../lib/escape-html.ts';
import { mailButton, mailPage } from './mail-page.ts';

export type LinkNotice = {
  readonly purpose: 'invitation' | 'forgotten' | 'helpdesk';
  readonly username: string;
  /** The page that sets a password, without the token. */
  readonly pageUrl: string;
  readonly token: string;
  readonly lifeSeconds: number;
  /** What people call this service. */
  readonly serviceName: string;
  /** The username of the person who invites. Null: the console. */
  readonly invitedBy: string | null;
};

const texts = {
  invitation: {
    subject: 'An account was made for you: set your password',
    button: 'Set your password',
    advice: 'If you expected no account, do nothing: without a password nobody can log in to it.',
  },
  forgotten: {
    subject: 'Set a new password',
    button: 'Set a new password',
    advice: 'If you did not ask for this, do nothing: your password stays as it is.',
  },
  helpdesk: {
    subject: 'The helpdesk asks you to set a new password',
    button: 'Set a new password',
    advice: 'Your old password no longer works. If you did not expect this, ask your administrator.',
  },
};

/**
 * The mail with the one link that sets a password, as text and HTML. It also has the bare token, for an instance
 * without a page for it. The subject has neither a name nor a token, because the outbox keeps it in clear text.
 */
export function writeLinkNotice(notice: LinkNotice) {
  const { purpose, username, pageUrl, token, lifeSeconds } = notice;
  const { subject, button, advice } = texts[purpose];
  const link = `${pageUrl}#token=${token}`; // after #, so no server and no Referer gets it
  const life = lifeSeconds >= 7200 ? `${lifeSeconds / 3600} hours` : `${lifeSeconds / 60} minutes`;
  const end = purpose === 'forgotten' ? '. A newer link replaces it' : '';
  const terms = `The link works once, within ${life}${end}.`;
  const intro = introOf(notice);
  const account = `Account: ${username}`;
  const tokenAlone = 'If there is no page behind the link, this is the token alone:';
  return {
    subject,
    text: `${intro}\n\n${account}\n\n${link}\n\n${terms} ${tokenAlone}\n\n${token}\n\n${advice}\n`,
    html: mailPage(subject, [
      `<h1>${escapeHtml(subject)}</h1><p>${escapeHtml(intro)}</p><p>${escapeHtml(account)}</p>`,
      mailButton(button, link),
      `<p>${escapeHtml(terms)}</p><p>${escapeHtml(advice)}</p>`,
      `<p class="quiet">If the button does not work, open this address: <a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>`,
      `<p class="quiet">${tokenAlone} <code>${token}</code></p>`,
    ]),
  };
}

function introOf({ purpose, serviceName, invitedBy }: LinkNotice): string {
  if (purpose !== 'invitation') return `${texts[purpose].subject}: ${serviceName}.`;
  const what = 'Set a password for your new account.';
  if (invitedBy === null) return `You are invited to ${serviceName}. ${what}`;
  return `${invitedBy} invites you to ${serviceName}. ${what}`;
}
