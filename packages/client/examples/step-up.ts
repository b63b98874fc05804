// Removes a factor. If the last proof is older than five minutes, the client asks for one in between.
import { createClient, isProblem } from '@sallyport/client';

export function factorPage(baseUrl: string, askCode: (acrValues: readonly string[]) => Promise<string>) {
  const client = createClient({
    baseUrl,
    mode: 'memory',
    onStepUp: async (challenge, { acrValues }) =>
      client.verify(challenge, { code: await askCode(acrValues) }),
  });

  async function remove(factorId: string): Promise<'removed' | 'refused' | 'last'> {
    try {
      await client.factors.remove(factorId);
      return 'removed';
    } catch (error) {
      if (isProblem(error, 'mfa-token-required')) return 'refused'; // the user did not step up
      if (isProblem(error, 'last-factor')) return 'last';
      throw error;
    }
  }
  return { client, remove };
}
