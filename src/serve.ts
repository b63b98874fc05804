import type { Config } from './config.ts';
import { makeFirstAdmin } from './first-admin.ts';
import { openService } from './open-service.ts';
import { welcome } from './welcome.ts';

const drainMs = 10_000;

/** Opens the service, listens, and closes in order on SIGTERM and SIGINT: what is under way is finished first. */
export async function serve(config: Config): Promise<void> {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const service = await openService(config, print);
  const { host, port } = config.http;
  const admin = config.database.url ? null : await makeFirstAdmin(service.deps);
  try {
    const url = await service.app.listen({ host, port });
    print(welcome({ url, config, printsCodes: service.printsCodes, admin }));
  } catch (error) {
    await service.close();
    throw error;
  }

  const stop = () => {
    setTimeout(() => process.exit(1), drainMs).unref();
    service.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
