/** The page / and what is not there yet. */
export default {
  title: 'Log in with a second factor',
  what: 'This service checks who you are: your password first, then something that you have.',
  logIn: 'Log in',
  security: 'Your account and security',
  console: 'Console, for administrators and the helpdesk',
  docs: 'The API, for developers',
};
