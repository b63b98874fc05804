/** The factors without the backups (recovery codes and bypass codes). A backup alone does not make a user enrolled. */
export function primaryFactors<Factor extends { readonly isBackup: boolean }>(
  factors: readonly Factor[],
): readonly Factor[] {
  return factors.filter(({ isBackup }) => !isBackup);
}
