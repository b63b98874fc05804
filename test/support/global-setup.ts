/** Says on which database the tests run, so that a log shows it. */
export default function setup(): void {
  const where = process.env.TEST_DATABASE_URL ? 'PostgreSQL' : 'the embedded database (PGlite)';
  process.stdout.write(`Tests run on ${where}.\n`);
}
