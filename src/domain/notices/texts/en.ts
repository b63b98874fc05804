import type { NoticeTexts } from './notice-texts.ts';

const reportIt = 'change your password now and tell your administrator.';

const stopIt =
  'A second person must still approve it. If you asked for it, there is nothing to do. If not, open the link and stop it.';
const stopRecovery =
  'If this is you, go on where you began. If not, open the link and stop it. Then change your password, and tell your administrator.';
const decideIt =
  'A second person must approve it. Read the request in the console, and approve or refuse it.';

export const en: NoticeTexts = {
  locale: 'en-US',
  subjects: {
    factor_added: 'A second factor was added to your account',
    enrol_reminder: 'Your account needs a second factor soon',
    factor_removed: 'A second factor was removed from your account',
    mfa_disabled: 'Two-factor login was switched off for your account',
    recovery_code_used: 'A recovery code was used to log in to your account',
    recovery_codes_regenerated: 'The recovery codes of your account were replaced',
    password_changed: 'The password of your account was changed',
    password_reset: 'The password of your account was reset by mail',
    password_removed: 'Your account has no password any more: you log in by passkeys',
    address_changed: 'The mail address or phone number of your account was changed',
    mfa_reset: 'The helpdesk removed your second factors',
    bypass_codes_issued: 'The helpdesk made bypass codes for your account',
    bypass_code_used: 'A bypass code was used to log in to your account',
    caller_check_passed: 'Somebody proved to the helpdesk that they are you',
    second_factor_failed: 'Somebody knows your password: the second step of a login failed',
    login_after_failures: 'A login to your account succeeded after failures',
    password_withdrawn: 'The helpdesk cancelled the password of your account',
    attack_reported:
      'A login to your account was reported as not yours, and its second step is locked for a while',
    device_trusted: 'A device can now log in to your account without the second step',
    device_stolen: 'A device that you trusted may have been copied and is no longer trusted',
    account_locked: 'The second step of your account is locked for a while',
    factor_disabled: 'A second factor of your account was disabled after too many wrong codes',
    asked_mfa_reset: 'Somebody asks to remove your second factors',
    asked_bypass_code: 'Somebody asks for a bypass code for your account',
    asked_password_reset: 'Somebody asks to cancel the password of your account',
    asked_exemption: 'Somebody asks to exempt your account from the second factor for a while',
    asked_admin_role: 'Somebody asks to make your account an administrator',
    asked_rollout_end: 'An administrator asks to end a rollout of the second factor',
    asked_policy_change: 'An administrator asks to change the policy of an area',
    asked_rules_weaker: 'An administrator asks to weaken the rules for approvals',
    approval_granted: 'A second person approved an action on your account',
    approval_stopped: 'An action on your account was stopped by the link of a message',
    account_reported: 'Your account was locked by the link “it was not me” of a message',
    recovery_begun: 'Somebody who reads your mail begins to recover your account',
    recovery_proven: 'The recovery of your account was proven, and now waits',
    recovery_ready: 'The recovery of your account can be finished now',
    recovery_stopped: 'The recovery of your account was stopped',
    account_recovered: 'Your account was recovered: a new second factor replaces the lost ones',
    recovery_colleagues_changed: 'The colleagues who may approve a recovery of your account were changed',
    colleague_named: 'A colleague asks for your help in case of a lost second factor',
    colleague_wanted: 'A colleague recovers an account and needs a code from you',
    break_glass_made: 'New recovery shares were made, and earlier ones no longer work',
    break_glass_used: 'Recovery shares were used to open an administrator',
    test_mail: 'A test mail, which you requested',
  },
  usualAdvice: `If this was you, there is nothing to do. If not, ${reportIt}`,
  advice: {
    asked_mfa_reset: stopIt,
    asked_bypass_code: stopIt,
    asked_password_reset: stopIt,
    asked_exemption: stopIt,
    asked_admin_role: stopIt,
    asked_rollout_end: decideIt,
    asked_policy_change: decideIt,
    asked_rules_weaker: decideIt,
    approval_granted:
      'The requester can carry it out now, or after the wait that the rule asks for. The link of the first message still stops it.',
    approval_stopped: 'It will not happen. If you did not stop it, tell your administrator.',
    account_reported:
      'Every session has ended, and nobody can log in. Ask the helpdesk to unlock the account, and then change the password. If it was not you who pressed the link, somebody reads your messages: tell your administrator.',
    recovery_begun: `It needs two more proofs, and a wait. Your second factors stay as they are until then. ${stopRecovery}`,
    recovery_proven: `After that time, a new second factor can replace your present ones. Until then they stay as they are. ${stopRecovery}`,
    recovery_ready: `The person with the code of the recovery can now set up a new second factor. Your present ones then stop working. ${stopRecovery}`,
    recovery_stopped: 'Nothing was changed. If you still need it, begin again, or ask the helpdesk.',
    account_recovered:
      'Your sessions have ended, and your old second factors and recovery codes no longer work. Log in with the new one.',
    colleague_named:
      'Log in and say on your security page whether you agree. If you agree, the colleague can ask you for a code after losing the second factor. Agree only if you know this person.',
    colleague_wanted:
      'Speak with your colleague first, in person or on a number that you know. Only then open your security page and make the code. Read it to nobody else. If your colleague did not ask for it, refuse there.',
    break_glass_made: 'An operator made them at the command line. If nobody told you, ask who did.',
    break_glass_used:
      'The second factors of that administrator were removed, and the password can be set anew. The shares work no more: make new ones. If this was not agreed, look at the audit now.',
    test_mail: 'Mails of this service reach you. There is nothing to do.',
    enrol_reminder: 'Log in and enrol a second factor. After that time, a login can only enrol one.',
    mfa_reset: `At your next login, your password is enough to set up a new second factor. Until you have set it up, the login can do nothing else. Your sessions have ended, and your old recovery codes no longer work. If you did not ask the helpdesk for this, ${reportIt}`,
    bypass_codes_issued: `Such a code replaces your second factor. The helpdesk gives it to you and to nobody else. If you did not ask for one, ${reportIt}`,
    caller_check_passed: `One of your second factors answered the helpdesk, which may now help the caller. If you are not on the telephone with the helpdesk, ${reportIt}`,
    password_removed:
      'If this was you, there is nothing to do. If not, tell your administrator now: somebody has a passkey of your account.',
    password_withdrawn:
      'Your old password no longer works, and your sessions have ended. Another mail, to the address of your account, has a link to set a new one. If you did not expect this, ask your administrator.',
    second_factor_failed: `No correct code followed. If you mistyped a code and gave up, there is nothing to do. If not, ${reportIt}`,
    account_locked: `Until the lock ends, no code is accepted. If the wrong codes were yours, wait and log in again. If not, somebody knows your password: ${reportIt}`,
    factor_disabled: `The service no longer asks for it. Log in with another factor or a recovery code and set it up again, or ask the helpdesk. If the wrong codes were not yours, somebody knows your password: ${reportIt}`,
    attack_reported: `Somebody knows your password. Until the lock ends, nobody can log in with a push. Whether or not you reported it, ${reportIt}`,
    device_stolen: `The device must pass the second step again. If you restored it from a backup or copied its data, there is nothing else to do. If not, ${reportIt}`,
  },
  facts: {
    account: 'Account',
    what: 'What',
    when: 'When',
    from: 'From',
    with: 'With',
    itself: 'the service itself',
  },
  about: {
    codesLeft: (count, renewed) =>
      `${count === 1 ? '1 code' : `${count} codes`} left${renewed ? ', one of them new' : ''}`,
    wrongCodes: (count) => `${count === 1 ? '1 wrong code' : `${count} wrong codes`} before it`,
    wrongPasswords: (count) => `${count === 1 ? '1 wrong password' : `${count} wrong passwords`} before it`,
    wrongPasskeys: (count) =>
      `${count === 1 ? '1 wrong answer of a passkey' : `${count} wrong answers of a passkey`} before it`,
    enrolUntil: (date) => `You have until ${date}`,
    enrolEnded: (date) => `Your time ended on ${date}`,
    readyAt: (date) => `It can be finished from ${date}`,
    hiddenLabel: '(its name holds a link and is not shown)',
  },
  clients: {
    programs: {
      python: 'a Python program',
      node: 'a Node program',
      java: 'a Java program',
      go: 'a Go program',
    },
    unknown: 'an unknown program',
    on: (program, system) => `${program} on ${system}`,
  },
  enrolButton: 'Set up a second factor',
  stopButton: 'I did not ask for this',
  colleagueButton: 'Open your security page',
  notMe: {
    words:
      'If this was not you, open this page and press the button. It ends every session and locks the account.',
    button: 'It was not me',
  },
  links: {
    invitation: {
      subject: 'An account was made for you: set your password',
      intro: (service, by) =>
        `${by === null ? `You are invited to ${service}` : `${by} invites you to ${service}`}. Set a password for your new account.`,
      button: 'Set your password',
      advice: 'If you expected no account, do nothing: without a password nobody can log in to it.',
    },
    forgotten: {
      subject: 'Set a new password',
      intro: (service) => `Somebody asked for a new password for your account at ${service}.`,
      button: 'Set a new password',
      advice: 'If you did not ask for this, do nothing: your password stays as it is.',
    },
    helpdesk: {
      subject: 'The helpdesk asks you to set a new password',
      intro: (service) => `The helpdesk has cancelled the password of your account at ${service}.`,
      button: 'Set a new password',
      advice: 'Your old password no longer works. If you did not expect this, ask your administrator.',
    },
    recovery: {
      subject: 'Recover your account',
      intro: (service) => `Somebody says that the second factor of your account at ${service} is lost.`,
      button: 'Begin the recovery',
      advice:
        'The link alone changes nothing: two more proofs are needed. If you did not ask for this, do nothing, and never give the link to anybody.',
    },
    hours: (count) => (count === 1 ? '1 hour' : `${count} hours`),
    minutes: (count) => (count === 1 ? '1 minute' : `${count} minutes`),
    terms: (life, replaced) =>
      `The link works once, within ${life}.${replaced ? ' A newer link replaces it.' : ''}`,
    buttonFails: 'If the button does not work, open this address:',
    tokenAlone: 'If there is no page behind the link, this is the token alone:',
  },
  code: {
    subject: (code, service) => `${code} is your ${service} code`,
    heading: (service) => `Your ${service} code`,
    terms: 'It works once, for five minutes. Never tell it to anybody.',
    warning: 'If you did not just log in, somebody knows your password: change it now.',
    sms: (code, service) => `${code} is your ${service} code. Never tell it to anybody.`,
  },
  danger: {
    what: {
      asked_mfa_reset: 'Somebody asks to remove your second factors.',
      asked_bypass_code: 'Somebody asks for a bypass code for your account.',
      asked_password_reset: 'Somebody asks to cancel your password.',
      asked_exemption: 'Somebody asks to exempt your account from the second factor.',
      asked_admin_role: 'Somebody asks to make your account an administrator.',
      mfa_reset: 'The helpdesk removed your second factors.',
      bypass_codes_issued: 'The helpdesk made a bypass code for your account.',
      password_withdrawn: 'The helpdesk cancelled your password.',
      password_reset: 'Your password was reset by mail.',
      password_removed: 'Your account has no password any more.',
      address_changed: 'The mail address or phone number of your account was changed.',
      factor_removed: 'A second factor was removed from your account.',
      mfa_disabled: 'Two-factor login was switched off for your account.',
      recovery_begun: 'Somebody who reads your mail begins to recover your account.',
      recovery_proven: 'The recovery of your account was proven, and now waits.',
      recovery_ready: 'The recovery of your account can be finished now.',
      account_recovered: 'Your account was recovered with a new second factor.',
      break_glass_used: 'Recovery shares opened your administrator account.',
    },
    stop: (link) => `Not you? Stop it: ${link}`,
    lock: (link) => `Not you? Lock your account: ${link}`,
    report: 'Not agreed? Tell your administrators now.',
  },
  help: 'Need help?',
};
