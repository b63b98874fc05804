/**
 * For the environment of a Node process: what the others of this run have compiled. Loading the service takes a second of
 * a processor, and most of it is compiling. See global-setup.ts.
 */
export function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}
