import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  AsvsItem,
  type Catalogue,
  Requirement,
  TestFiles,
  Titles,
} from '../../domain/compliance/requirement.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

export function readCatalogue(): Catalogue {
  return {
    requirements: z.array(Requirement).parse(read('requirements.json')),
    asvs: z.array(AsvsItem).parse(read('asvs.json')),
    titles: Titles.parse(read('titles.json')),
  };
}

export function readTestFiles(): TestFiles {
  return TestFiles.parse(read('test-files.json'));
}
