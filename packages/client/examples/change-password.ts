// Changes the password, and says in the page's own words why a new one is refused.
import { isProblem, type ReasonOf, type SallyportClient } from '@sallyport/client';

const texts: Record<ReasonOf<'password-rejected'>, string> = {
  too_short: 'Use more characters.',
  too_long: 'Use fewer characters.',
  blocklisted: 'Many people use this password.',
  context_word: 'It is made of your name or address.',
  composition: 'Use letters and digits.',
  reused: 'You have used this password before.',
};

/** Undefined: it is changed. */
export async function changePassword(
  client: SallyportClient,
  now: string,
  next: string,
): Promise<string | undefined> {
  try {
    await client.password.change({ current_password: now, new_password: next });
    return undefined;
  } catch (error) {
    if (isProblem(error, 'password-rejected') && error.reason) return texts[error.reason];
    if (isProblem(error, 'invalid-password')) return 'The present password is wrong.';
    if (isProblem(error, 'too-many-attempts')) return `Wait ${error.retryAfter} seconds.`;
    throw error;
  }
}
