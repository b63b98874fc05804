import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Lets Node keep what it compiles of the program, because compiling is a third of a start. The folder is among the
 * packages: a user who may write there can change the program anyway. The folder for temporary files, which is Node's
 * default, belongs to every user of the machine. If the folder cannot be written, Node compiles at each start.
 */
export function cacheCompiled(): void {
  enableCompileCache({
    directory: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
  });
}
