// Shows who is logged in, also after a reload and after a login in another tab.
import type { AuthState, SallyportClient } from '@sallyport/client';

export async function showUser(client: SallyportClient, show: (text: string) => void): Promise<() => void> {
  const text = (state: AuthState) =>
    state.status === 'authenticated' ? `Logged in as ${state.roles.join(', ')}` : 'Not logged in';
  const end = client.subscribe(() => show(text(client.state)));
  show(text(await client.restore()));
  return end;
}
