import { Notice } from '../../../components/notice.tsx';

/** What has just been done. Screen readers read it. */
export function Done({ words }: { readonly words: string }) {
  return <div role="status">{words && <Notice tone="success">{words}</Notice>}</div>;
}
