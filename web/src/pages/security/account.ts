import type { Api, Operations } from '@sallyport/client';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../session.ts';

export type Factor = Api.Factor;
export type Status = Operations['GET /auth/mfa/status']['answer'];
export type Session = Operations['GET /auth/sessions']['answer']['sessions'][number];
export type Device = Operations['GET /auth/trusted-devices']['answer']['devices'][number];
export type Activity = Operations['GET /auth/activity']['answer']['entries'][number];

/** A part of the page tells the page what it has done. */
export type Say = (words: string) => void;

export const useMe = () => useQuery({ queryKey: ['me'], queryFn: ({ signal }) => client.me({ signal }) });

export const useStatus = () =>
  useQuery({ queryKey: ['factors'], queryFn: ({ signal }) => client.factors.status({ signal }) });

export const useSessions = () =>
  useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => client.sessions.list({ signal }) });

export const useDevices = () =>
  useQuery({ queryKey: ['devices'], queryFn: ({ signal }) => client.devices.list({ signal }) });

export const usePasswordRules = () =>
  useQuery({
    queryKey: ['password-rules'],
    queryFn: ({ signal }) => client.call('GET /auth/password/rules', { signal }),
  });

export const useActivity = () =>
  useInfiniteQuery({
    queryKey: ['activity'],
    queryFn: ({ signal, pageParam }) =>
      client.call('GET /auth/activity', {
        signal,
        query: { limit: '25', ...(pageParam && { cursor: pageParam }) },
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

export const useFormerFactors = () =>
  useQuery({
    queryKey: ['former-factors'],
    queryFn: ({ signal }) => client.factors.history({ limit: '100' }, { signal }),
  });

/** Asks anew for all that the page shows: a change of a factor also ends sessions, and is itself an activity. */
export function useRefresh(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries();
}
