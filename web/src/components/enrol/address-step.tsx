import { type FormEvent, useState } from 'react';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { Heading } from '../heading.tsx';
import { Notice } from '../notice.tsx';

type Props = {
  readonly method: 'sms' | 'email';
  readonly isBusy: boolean;
  readonly onSubmit: (fields: { readonly phone?: string; readonly email?: string }) => void;
};

/** Asks where codes are to be sent. Without an answer, the service takes what the account has. */
export function AddressStep({ method, isBusy, onSubmit }: Props) {
  const t = useTexts('enrol');
  const [value, setValue] = useState('');
  const isPhone = method === 'sms';

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    // People write numbers with blanks, dashes and brackets. The service takes none of them.
    const given = isPhone ? value.replace(/[\s().\-/]/g, '') : value.trim();
    onSubmit(given === '' ? {} : isPhone ? { phone: given } : { email: given });
  }

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{isPhone ? t.smsTitle : t.emailTitle}</Heading>
      {isPhone && (
        <Notice tone="warning">
          <p>{t.smsNotice}</p>
        </Notice>
      )}
      <TextField
        label={isPhone ? t.phone : t.email}
        description={isPhone ? `${t.phoneHelp} ${t.phoneOwn}` : t.emailHelp}
        type={isPhone ? 'tel' : 'email'}
        autoComplete={isPhone ? 'tel' : 'email'}
        maxLength={254}
        autoFocus
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.send}
      </Button>
    </form>
  );
}
