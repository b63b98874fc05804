import type { SallyportClient } from '@sallyport/client';
import { createContext } from 'react';
import { client } from '../../session.ts';

/** What confirms a pending factor: the client, but for a recovery, which opens no session. */
export const ConfirmBy =
  createContext<Pick<SallyportClient, 'verify' | 'verifyWithKey' | 'waitForPush'>>(client);
