import { useTexts } from '../../../texts/language.tsx';

/** The name of a method in the person's language. A method that is not known here keeps its own. */
export function useMethodName(): (method: string) => string {
  const { names } = useTexts('factors');
  return (method) => (names as Readonly<Record<string, string>>)[method] ?? method;
}
