import { cjis } from './cjis.ts';
import type { Regulation } from './control.ts';
import { nydfs } from './nydfs.ts';

/** The regulations that a preset is named after, with their controls. */
export const regulations: readonly Regulation[] = [cjis, nydfs];
