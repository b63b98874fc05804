/** The cause of a `dependency-unavailable` where nobody answered, as against one that answers and makes no sense. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
