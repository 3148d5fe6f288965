// SPDX-License-Identifier: GPL-3.0-or-later
import { parseArgs } from 'node:util';
import { CountersignError } from '../../functions/platform/errors.ts';
import { commands } from './commands.ts';

const HELP = `countersign <command> [--option value ...]

issuers   key      --id <did#fragment> --out <file> [--suite countersign-groth16-2026 | eddsa-rdfc-2022]
                   [--documents <file>]
                   makes a key, prints its verification method, and writes that into the DID document among documents
          issue    --key <file> --credential <unsigned> --request <file> --context <text> --documents <file> --out <file>
                   [--eddsa-key <file>]
                   signs a base proof, for its holder alone; beside it, with --eddsa-key, an eddsa-rdfc-2022 proof under
                   which the credential can be shown whole. It is presented with exactly one of them, or derived
holders   holder   --out <file>
                   makes a secret, which is behind every pseudonym
          request  --holder <file> --context <text> --opening <file> --out <file>
                   blinds the secret: the request is for the issuer, the opening is kept
          prove    --credential <file> --opening <file> --query <file> --documents <file> [--status-list <file>]
                   [--keys <folder>] --out <file>
                   derives what the query asks for, and nothing else
verifiers verify   --credential <derived> --query <file> --documents <file> [--status-url <url> --status-list <file>]
                   [--status-purpose <purpose>] [--keys <folder>]
                   says whether it holds and answers the query
anyone    inspect  --credential <file> [--documents <file>]
                   says what a credential shows, without judging it

documents is JSON, {url: document}: contexts, claim schemas, did:web documents. context is the issuer's own nonce with
its id. query is JSON, {binding: {nonce, audience, presentationKey, responseUri?}, scopeName?, reveal?, predicates?, now?,
sets?}. Holder, opening and key files are secret.`;

const names = [
  'id',
  'out',
  'key',
  'credential',
  'request',
  'context',
  'documents',
  'holder',
  'opening',
  'query',
  'status-list',
  'status-url',
  'status-purpose',
  'keys',
  'suite',
  'eddsa-key',
];

/**
 * The program: runs what the arguments say, and prints.
 *
 * @param print results; @param printError what went wrong
 * @returns the exit status
 */
export async function main(
  args: readonly string[],
  print: (line: string) => void,
  printError: (line: string) => void,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
        help: { type: 'boolean' },
      },
    });
    const command = Object.hasOwn(commands, positionals[0] ?? '') ? commands[positionals[0]!] : undefined;
    if (command === undefined || values.help) print(HELP);
    else await command((name) => (values as Record<string, string | undefined>)[name], print);
    return 0;
  } catch (error) {
    const fields =
      error instanceof CountersignError ? error.fields.map(({ field }) => ` (${field})`).join('') : '';
    const code = error instanceof CountersignError ? `${error.code}: ` : '';
    printError(`${code}${error instanceof Error ? error.message : String(error)}${fields}`);
    return 1;
  }
}
