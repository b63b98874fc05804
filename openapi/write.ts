import { writeFile } from 'node:fs/promises';
import { documentFile, generateDocument } from './generate.ts';

await writeFile(documentFile, await generateDocument());
