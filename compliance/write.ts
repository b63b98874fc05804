import { writeFile } from 'node:fs/promises';
import { documentFile, writeCompliance } from './document.ts';

await writeFile(documentFile, writeCompliance());
