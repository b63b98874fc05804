// Loaded into a process before the service, as by `--import`: at SIGUSR2 an error comes that nobody catches, and it
// quotes what those of a database quote. SIGUSR1 is the debugger's.
process.on('SIGUSR2', () => {
  const error = new Error('ann.crash@example.com is not unique');
  Object.assign(error, { code: '23502', detail: 'Failing row contains (ann.crash, +15093004711)' });
  if (process.env.FAIL_IN === 'a promise') Promise.reject(error);
  else throw error;
});
