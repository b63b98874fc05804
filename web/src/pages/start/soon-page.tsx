import { Heading } from '../../components/heading.tsx';
import { useTexts } from '../../texts/language.tsx';

/** Stands where a page is not written yet. */
export default function SoonPage() {
  const t = useTexts('start');
  return <Heading>{t.soonTitle}</Heading>;
}
