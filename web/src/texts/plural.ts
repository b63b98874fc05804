/** One or many, which is all that English and Spanish tell apart in whole numbers. */
export function plural(count: number, one: string, other: string): string {
  return count === 1 ? one : other;
}
