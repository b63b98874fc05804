import { join } from 'node:path';

/**
 * For the environment of a Node process: what the others of this run have compiled. Loading the service takes a second of
 * a processor, and most of it is compiling. See global-setup.ts.
 *
 * `kind` names processes that set flags of V8 after their start. V8 refuses what a process with other flags compiled,
 * and each kind would replace all that the other has kept.
 */
export function compileCache(kind?: string): { readonly NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE } = process.env;
  if (NODE_COMPILE_CACHE === undefined) return {};
  return { NODE_COMPILE_CACHE: kind === undefined ? NODE_COMPILE_CACHE : join(NODE_COMPILE_CACHE, kind) };
}
