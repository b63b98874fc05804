// Enrols an authenticator app for a user who is logged in, and shows the recovery codes once.
import type { SallyportClient } from '@sallyport/client';

type Page = {
  showQrCode(png: string, secret: string): void;
  askCode(problem: string | undefined): Promise<string>;
  showRecoveryCodes(codes: readonly string[]): void;
};

export async function enrolApp(client: SallyportClient, page: Page): Promise<void> {
  const enrolment = await client.enroll('totp', { label: 'My phone' });
  page.showQrCode(enrolment.qrCodePng, enrolment.secret);
  let answer = await client.verify(enrolment, { code: await page.askCode(undefined) });
  while (answer.kind === 'enrolment')
    answer = await client.verify(answer, { code: await page.askCode(answer.problem?.message) });
  if (answer.kind === 'tokens' && answer.recoveryCodes) page.showRecoveryCodes(answer.recoveryCodes);
}
