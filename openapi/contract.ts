import { contractCommand } from './contract/command.ts';

const { env, stdin, argv } = process;
const print = (line: string) => void process.stdout.write(`${line}\n`);
process.exitCode = await contractCommand(argv.slice(2), { env, stdin, print });
