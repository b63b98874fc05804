import { escaped } from './notices.ts';

export type LinkNotice = {
  readonly purpose: 'invitation' | 'forgotten' | 'helpdesk';
  readonly username: string;
  readonly portalUrl: string;
  readonly token: string;
  readonly lifeSeconds: number;
};

const texts = {
  invitation: {
    subject: 'An account was made for you: set your password',
    advice: 'If you expected no account, do nothing: without a password nobody can log in to it.',
  },
  forgotten: {
    subject: 'Set a new password',
    advice: 'If you did not ask for this, do nothing: your password stays as it is.',
  },
  helpdesk: {
    subject: 'The helpdesk asks you to set a new password',
    advice: 'Your old password no longer works. If you did not expect this, ask your administrator.',
  },
};

/**
 * The mail with the one link that sets a password, as text and HTML. It also has the bare token, for an instance
 * without a page for it.
 */
export function writeLinkNotice({ purpose, username, portalUrl, token, lifeSeconds }: LinkNotice) {
  const { subject, advice } = texts[purpose];
  const link = `${portalUrl}/reset#token=${token}`; // after #, so no server and no Referer gets it
  const life = lifeSeconds >= 7200 ? `${lifeSeconds / 3600} hours` : `${lifeSeconds / 60} minutes`;
  const end = purpose === 'forgotten' ? '. A newer link replaces it' : '';
  const terms = `The link works once, within ${life}${end}.`;
  const account = `Account: ${username}`;
  return {
    subject,
    text: `${subject}.\n\n${account}\n\n${link}\n\n${terms} If there is no page behind the link, this is the token alone:\n\n${token}\n\n${advice}\n`,
    html: `<p>${subject}.</p><p>${escaped(account)}</p><p><a href="${escaped(link)}">${escaped(link)}</a></p><p>${terms} If there is no page behind the link, this is the token alone:</p><p><code>${token}</code></p><p>${advice}</p>`,
  };
}
