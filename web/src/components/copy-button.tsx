import { useState } from 'react';
import { useTexts } from '../texts/language.tsx';
import { Button } from './button.tsx';

type Props = { readonly text: string; readonly variant?: 'quiet' | 'secondary' };

/** Copies a text, and says so. */
export function CopyButton({ text, variant = 'quiet' }: Props) {
  const t = useTexts('common');
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false), // the browser forbids it: the person can still select the text
    );
  }
  return (
    <>
      <Button variant={variant} onClick={copy}>
        {isCopied ? t.copied : t.copy}
      </Button>
      <span role="status" className="visually-hidden">
        {isCopied ? t.copied : ''}
      </span>
    </>
  );
}
