import { useTexts } from '../../texts/language.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Heading } from '../heading.tsx';
import { CodeForm } from './code-form.tsx';
import type { StepProps } from './enrol-factor.tsx';
import './enrol.css';

/** Shows the key of an authenticator app as a picture, as a link and in letters, and asks for its first code. */
export function ConfirmTotp({ enrolment, onDone }: StepProps<'totp'>) {
  const t = useTexts('enrol');
  return (
    <>
      <Heading>{t.totpTitle}</Heading>
      <p className="quiet">{t.totpScan}</p>
      <img className="qr" src={enrolment.qrCodePng} alt={t.totpPicture} width={220} height={220} />
      <p className="only-touch">
        <a href={enrolment.qrCodeUri}>{t.totpOpen}</a>
      </p>
      <div className="stack tight">
        <p className="quiet small">{t.totpKey}</p>
        <div className="secret">
          <code>{inGroups(enrolment.secret)}</code>
          <CopyButton text={enrolment.secret} />
        </div>
      </div>
      <CodeForm
        enrolment={enrolment}
        label={t.totpCode}
        help={t.totpCodeHelp}
        autoFocus={false}
        onDone={onDone}
      />
    </>
  );
}

function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
