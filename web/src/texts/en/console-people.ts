import { plural } from '../plural.ts';

/** The console: finding a person, looking at the account, helping. */
export default {
  title: 'People',
  person: 'Person',
  search: 'Search',
  searchHelp: 'Any part of a name, an e-mail address or a telephone number.',
  searching: 'Searching …',
  found: (count: number, more: boolean) =>
    count === 0
      ? 'Nobody was found.'
      : more
        ? `The first ${count} people are shown.`
        : plural(count, 'One person was found.', `${count} people were found.`),
  hasFactor: 'Second factor',
  noFactor: 'No second factor',
  active: 'Active',
  disabled: 'Disabled',
  backToSearch: 'Back to the search',
  account: 'Account',
  email: 'E-mail',
  phone: 'Telephone',
  roles: 'Roles',
  created: 'Created',
  lastLogin: 'Last login',
  password: 'Password',
  passwordSince: (date: string) => `Set on ${date}`,
  passwordUnset: 'Not set: the person has not used the link yet',
  liveSessions: 'Live sessions',
  sessions: (count: number) =>
    count >= 100 ? '100 or more' : plural(count, 'One session', count === 0 ? 'None' : `${count} sessions`),
  none: 'None',
  never: 'Never',
  mustEnrol: 'The second factor was reset. At the next login this person can only set up a new one.',
  lockedUntil: (time: string) => `Codes are not checked until ${time}.`,
  passwordsBlocked: (count: number) =>
    plural(
      count,
      'Passwords from one network are not checked for 15 minutes.',
      `Passwords from ${count} networks are not checked for 15 minutes.`,
    ),
  wrongLately: (codes: number, passwords: number, left: number) =>
    `Not locked. Wrong codes in a row: ${codes}. Wrong passwords in 15 minutes: ${passwords}. Attempts left for codes: ${left}.`,
  factors: 'Second factors',
  noFactors: 'This person has no second factor.',
  method: 'Method',
  label: 'Name',
  since: 'Since',
  lastUsed: 'Last used',
  state: 'State',
  factorWorks: 'Works',
  factorDisabled: 'Disabled after too many wrong codes',
  factorEnds: (time: string) => `Works until ${time}`,
  timeline: 'What happened',
  timelineEmpty: 'Nothing has been recorded yet.',
  kinds: {
    send: 'Sent',
    letter: 'Mail',
    login: 'Login',
    failure: 'Failure',
    lock: 'Lock',
    change: 'Change',
    help: 'Help',
  },
  by: (name: string) => `by ${name}`,
  from: (address: string) => `from ${address}`,
  help: 'Help this person',
  ownAccount: 'This is your own account. Ask a colleague to help you.',
  higherRole:
    'This is an administrator, an auditor or another helpdesk user. Only an administrator may help them.',
  reason: 'Reason',
  reasonHelp: 'Why you do it, and how you know the person. The audit keeps it. Write no secrets here.',
  reasonMissing: 'Type a reason.',
  ticket: 'Ticket (optional)',
  uses: 'How often it works',
  worksFor: 'How long it works',
  hours: (count: number) => plural(count, 'One hour', `${count} hours`),
  actions: {
    unlock: {
      name: 'Unlock',
      title: (name: string) => `Unlock ${name}`,
      what: 'This clears the wrong passwords and codes. First find out why they were wrong: somebody may know the password.',
      go: 'Unlock',
      done: 'The account is unlocked.',
    },
    bypass: {
      name: 'Bypass code',
      title: (name: string) => `Bypass code for ${name}`,
      what: 'The code stands in for the second factor. Make sure first that you talk to this person. An earlier code stops working.',
      go: 'Issue the code',
      done: 'A bypass code was issued.',
    },
    reset: {
      name: 'Reset the second factor',
      title: (name: string) => `Reset the second factor of ${name}`,
      what: 'This removes every second factor and ends every session. The next login can only set up a new one. If somebody else may know the password, cancel it as well.',
      go: 'Reset',
      done: 'The second factor was reset.',
    },
    password: {
      name: 'Cancel the password',
      title: (name: string) => `Cancel the password of ${name}`,
      what: 'The password stops working, and every session ends. The person gets a mail with a link to set another one.',
      go: 'Cancel the password',
      done: 'The password was cancelled. A mail with a link is on its way.',
    },
    logout: {
      name: 'Log out everywhere',
      title: (name: string) => `Log out ${name} everywhere`,
      what: 'Every session ends at once. The password and the second factor stay.',
      go: 'Log out',
      done: 'All sessions have ended.',
    },
    invitation: {
      name: 'Send the invitation again',
      title: (name: string) => `Send the invitation to ${name} again`,
      what: 'The person gets a new mail with a link that works for 24 hours. The earlier link stops working.',
      go: 'Send',
      done: 'The invitation is on its way.',
    },
  },
  bypassTitle: 'Bypass code',
  bypassFor: (name: string) =>
    `Tell ${name} this code. It works in place of the second factor, and is shown only this once.`,
  bypassUses: (uses: number, time: string) =>
    plural(uses, `It works once, until ${time}.`, `It works ${uses} times, until ${time}.`),
  aMail: 'A mail to this person',
};
