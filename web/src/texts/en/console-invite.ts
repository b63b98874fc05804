import { plural } from '../plural.ts';

/** The console: inviting one person or many. */
export default {
  title: 'Invite',
  what: 'Each person gets a mail with a link that works for 24 hours, and sets a password with it. Nobody else sees the password.',
  one: 'One person',
  username: 'Username',
  email: 'E-mail',
  phone: 'Telephone',
  phoneHelp: 'Optional: a plus, the country code, the number.',
  roles: 'Roles',
  rolesMissing: 'Choose at least one role.',
  missing: 'Fill this in.',
  look: 'Preview',
  many: 'Many people',
  file: 'CSV file',
  paste: 'Or paste the rows',
  pasteHelp:
    'The first line names the columns in any order: username, email, phone, roles, language. Phone and language may be left out. Several roles have a space between them. At most 200 people at once.',
  lookMany: 'Preview the rows',
  fileEmpty: 'There are no rows. The first line names the columns, and each further line is one person.',
  fileTooLong: (most: number) => `These are more than ${most} rows. Split the file.`,
  columnsMissing: (names: string) => `The first line lacks these columns: ${names}.`,
  roleUnknown: (line: number, role: string) => `Line ${line}: there is no role ${role}.`,
  preview: 'Preview of the invitations',
  row: 'Row',
  fault: 'Result',
  fine: 'Fine',
  reasons: {
    username_shape:
      'The username must be a mail address, or up to 128 letters a–z, digits and . _ @ + - that start with a letter or digit.',
    email_shape: 'The e-mail must be an address such as ann@example.com.',
    phone_shape: 'The telephone must be a number such as +15095550100.',
    language_unknown: 'The language must be en or es.',
    roles_shape: 'There must be at least one role, and each role once.',
    twice: 'The username is in an earlier row too.',
    name_taken: 'There is a user of this name.',
  },
  faults: (rows: number) =>
    plural(
      rows,
      'One row has a fault. Nobody can be invited before it is corrected.',
      `${rows} rows have a fault. Nobody can be invited before they are corrected.`,
    ),
  noFaults: (rows: number) =>
    plural(
      rows,
      'No fault was found. Nobody has been invited yet.',
      `No fault was found in ${rows} rows. Nobody has been invited yet.`,
    ),
  noMail: 'The service has no mail server. The accounts are made, and no link is sent.',
  go: (count: number) => plural(count, 'Invite this person', `Invite ${count} people`),
  done: (count: number) =>
    plural(
      count,
      'One person was invited. The mail is on its way.',
      `${count} people were invited. The mails are on their way.`,
    ),
  doneNoMail: (count: number) =>
    plural(
      count,
      'One account was made. No mail was sent.',
      `${count} accounts were made. No mails were sent.`,
    ),
};
