import { writeFile } from 'node:fs/promises';
import { documentFile, testFilesFile, writeCompliance, writeTestFiles } from './document.ts';

await writeFile(documentFile, writeCompliance());
await writeFile(testFilesFile, writeTestFiles());
