import { useAuthState } from '../../../session.ts';

const none: readonly string[] = [];

/** What the token of this session allows. It decides what is shown; the service decides what is done. */
export function useScopes(): readonly string[] {
  const state = useAuthState();
  return state.status === 'authenticated' ? state.scopes : none;
}

/** Whether the token has the scope. */
export function useMay(scope: string): boolean {
  return useScopes().includes(scope);
}
