import { useTexts } from '../../../texts/language.tsx';

/** The name of a role in the person's language. A role that is not known here keeps its own. */
export function useRoleNames(): (role: string) => string {
  const { roles } = useTexts('console');
  return (role) => (roles as Readonly<Record<string, string>>)[role] ?? role;
}
