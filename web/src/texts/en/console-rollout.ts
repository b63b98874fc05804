import { plural } from '../plural.ts';

/** The console: who must set up a second factor, and since when. */
export default {
  title: 'Rollout',
  phases: {
    soft: 'Voluntary',
    gradual: 'Some roles must',
    full: 'Everybody must',
  },
  phaseIs: {
    soft: 'Nobody must set up a second factor to log in. Areas that require one ask for it all the same.',
    gradual:
      'People with the named roles must set up a second factor, and so must those who use sensitive routes.',
    full: 'Everybody must set up a second factor.',
  },
  graceDays: (days: number) =>
    plural(days, 'People have one day for it.', `People have ${days} days for it.`),
  changed: (time: string, by: string) => `Last changed ${time} by ${by}.`,
  terminal: 'the terminal',
  inGrace: 'Must, and still have time',
  ended: 'Must, and their time is over',
  where: 'Where each role stands',
  role: 'Role',
  people: 'People',
  enrolled: 'With second factor',
  share: 'Share',
  mustSince: 'Must since',
  voluntary: 'Voluntary',
  noRoles: 'There are no accounts yet.',
  plan: 'Preview a change',
  planHelp: 'A preview changes nothing.',
  phase: 'Phase',
  rolesThatMust: 'Roles that must',
  rolesMissing: 'Choose at least one role.',
  daysOfGrace: 'Days of grace',
  daysHelp: 'From 0 to 90. A period that has begun keeps its end.',
  daysShape: 'Type a number from 0 to 90.',
  preview: 'Preview',
  undo: 'Preview the former state',
  noFormer: 'Nobody has changed the rollout yet.',
  result: 'What this would do',
  withoutFactor: 'Without a second factor',
  outNow: 'Shut out at once',
  outNewly: 'Of these, new',
  outLater: 'Shut out later',
  sensitiveNow: 'Refused by sensitive routes now',
  sensitiveLater: 'Refused by sensitive routes later',
  shutOut:
    'People who are shut out can log in only to set up a second factor. Nobody loses the account or its data.',
  whoTitle: 'Who, and when',
  name: 'Name',
  when: 'Shut out',
  atOnce: 'At once',
  nobody: 'This shuts nobody out.',
  go: 'Make this change',
  reasonHelp:
    'Needed if a rule asks a second person for the end of a rollout. The request then waits under Approvals.',
  goTitle: 'Change the rollout',
  goWhat: (phase: string) => `The rollout changes to: ${phase}.`,
  goNobody: 'Nobody is shut out at once.',
  goCount: (count: number) =>
    plural(
      count,
      'One person who can log in today is shut out at once.',
      `${count} people who can log in today are shut out at once.`,
    ),
  countMoved:
    'The number has changed meanwhile. Close this, look at the preview again, and confirm the new number.',
  done: 'The rollout has changed. It applies from the next request on.',
  remind: 'Remind people',
  remindHelp:
    'Everybody who must set up a second factor and has none gets a mail with the link. Nobody gets more than one a day.',
  remindGo: 'Send reminders',
  reminded: (count: number) =>
    count === 0
      ? 'Nobody was reminded: nobody must, or all have had a mail today.'
      : plural(count, 'One person gets a mail.', `${count} people get a mail.`),
};
