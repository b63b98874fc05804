import { plural } from '../plural.ts';

/** What to tell a person about each problem of the API. `docs/api.md` lists them. */
export default {
  unknown: 'Something went wrong. Try again. If it happens again, ask for help.',
  offline: 'No answer came. Check your connection, then try again.',
  /** What a browser says about a security key, by the name of the error. */
  browser: {
    NotAllowedError: 'Nothing was confirmed: it was cancelled, or it took too long. Try again.',
    InvalidStateError: 'This key or device is set up already.',
    SecurityError:
      'Security keys do not work at this address. Open this page at the address that you were given.',
    NotSupportedError: 'This browser or key cannot do what is needed here. Use another one.',
    TimeoutError: 'No answer came in time. Check your connection, then try again.',
    AbortError: 'It was cancelled.',
    other: 'The browser could not do that. Try again, or use another method.',
  },
  wrongCode: (left: number) =>
    `This code is not right. ${plural(left, 'One attempt is left.', `${left} attempts are left.`)}`,
  lockedUntil: (time: string) =>
    `Too many wrong codes. To protect your account, you can try again at ${time}. If it was not you, change your password.`,
  tooMany: {
    password: (time: string) => `Too many wrong attempts. Try again at ${time}.`,
    second_factor: (time: string) =>
      `Codes are locked until ${time}, because of too many wrong codes or a reported attack.`,
    send: (time: string) => `Several codes have been sent. You can ask for another one at ${time}.`,
    rate: (time: string) => `Too many requests from your network. Try again at ${time}.`,
  },
  types: {
    'invalid-request': 'Something in the form is not as it should be. Check what you typed.',
    'invalid-credentials': 'Wrong name or password.',
    'invalid-password': 'This password is not right.',
    'authentication-required': 'You are not logged in. Log in, then try again.',
    'invalid-token': 'You have been logged out, or the link is no longer good. Begin again.',
    'challenge-invalid': 'This took too long or has ended. Begin again with your password.',
    'mfa-token-required': 'Confirm that it is you, then try again.',
    'mfa-token-invalid': 'This was not accepted. Try again.',
    'mfa-token-used': 'This code was used before. Wait for the next one.',
    'mfa-enrollment-required': 'You need a second factor for this. Set one up first.',
    'method-not-allowed': 'This method cannot be used here. Choose another one.',
    'insufficient-scope': 'Your account may not do this.',
    forbidden: 'Your account may not do this.',
    'not-found': 'This is no longer there.',
    'factor-exists': 'This number, address or key is set up already.',
    'last-factor': 'You need a second factor. Set up another one before you remove this one.',
    'locks-out': 'This change would shut people out.',
    conflict: 'Somebody changed this at the same moment. Load the page again, then try again.',
    'password-rejected': 'This password cannot be used. Choose another one.',
    'too-many-attempts': 'Too many attempts. Wait a while, then try again.',
    'dependency-unavailable':
      'This does not work at the moment. Try again in a while, or use another method.',
    'not-ready': 'The service is starting. Try again in a moment.',
  },
  /** In place of the words above, where the problem says why. */
  reasons: {
    'invalid-request': {
      phone_invalid:
        'No text message can be sent to this number. Check it: a plus, the country code, the number.',
      phone_not_sms_capable: 'This number takes no text messages. Use a mobile number.',
    },
    'password-rejected': {
      too_short: 'This password is too short.',
      too_long: 'This password is too long.',
      blocklisted: 'This password is on lists of common passwords. Choose another one.',
      context_word: 'Choose a password that is not made of your name or address.',
      reused: 'You have used this password before. Choose another one.',
      composition: 'The password needs at least one letter and one digit.',
    },
    'dependency-unavailable': {
      sms_blocked: 'Text messages to this number are blocked. Use another method.',
      sms_rate_limited: 'The carrier asks us to wait. Try again in a while, or use another method.',
      sms_unavailable: 'Text messages do not work at the moment. Use another method.',
      sms_paused: 'Text messages are paused at the moment. Use another method.',
      sms_country_not_allowed: 'We send no text messages to this country. Use another method.',
      phone_invalid: 'No text message can be sent to your number. Use another method.',
      phone_not_sms_capable: 'Your number takes no text messages. Use another method.',
      mail_unavailable: 'E-mails do not work at the moment. Use another method.',
    },
  },
};
