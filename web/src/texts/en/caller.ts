/** The page on which a caller shows the helpdesk who is calling. */
export default {
  title: 'Show the helpdesk that it is you',
  intro:
    'Do this only if you called the helpdesk yourself. Type the nine digits that the helpdesk reads to you.',
  neverTell:
    'Type codes here only. Do not tell them to anybody, the helpdesk included. If somebody asks you for a code, end the call.',
  number: 'Number from the helpdesk',
  numberShape: 'Type the nine digits that the helpdesk reads to you.',
  next: 'Next',
  back: 'Back',
  chooseTitle: 'What do you still have?',
  chooseIntro: 'Everybody sees the same list. Choose something that you have set up before.',
  methods: {
    app: { name: 'Authenticator app', detail: 'Six digits that the app shows' },
    recovery: { name: 'Recovery code', detail: 'One of the codes that you printed or saved' },
    email: { name: 'E-mail to a second address', detail: 'Not the mailbox of your account' },
    sms: { name: 'Text message', detail: 'Six digits to your telephone' },
    duo_push: { name: 'Duo push', detail: 'With a number that you type into Duo Mobile' },
  },
  codeTitle: 'Type the code',
  fromApp: 'Open your authenticator app and type the six digits.',
  fromList: 'Type a recovery code that you have not used. It works once.',
  fromMail:
    'If your account has a second address, a mail with six digits is on its way. Look in your spam folder as well.',
  fromText: 'If your account has a telephone for text messages, six digits are on their way.',
  code: 'Code',
  codeMissing: 'Type the code.',
  confirm: 'Confirm',
  refused:
    'This was not accepted. Check the number and the code, wait for a new code, or ask the helpdesk for a new number.',
  pushTitle: 'Answer on your telephone',
  pushIntro: 'If your account uses Duo, Duo Mobile asks you now. Type this number there.',
  pushNumber: 'Type this number into Duo Mobile',
  pushWaiting: 'Waiting for your answer …',
  pushOver: 'No answer came. Go back and choose again.',
  passedTitle: 'Thank you',
  passed:
    'The helpdesk sees now that your second factor answered. You can close this page and go on with the call.',
};
