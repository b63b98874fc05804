import type { Answer } from '@sallyport/client';
import { navigate } from '../router.tsx';

/** Somebody who has just set a password, and goes on at /login. */
export type Arrival = {
  readonly username: string;
  /** What the login with the new password gave. Null: it failed, and the person logs in by hand. */
  readonly answer: Answer | null;
};

let arrival: Arrival | null = null;

/**
 * Goes on at /login, in the memory of this page. What follows a password is there already, and a reload or an answer
 * of Duo then finds a page that works without the link.
 */
export function arriveAtLogin(from: Arrival): void {
  arrival = from;
  navigate('/login', { replace: true });
}

export function readArrival(): Arrival | null {
  return arrival;
}

export function forgetArrival(): void {
  arrival = null;
}
