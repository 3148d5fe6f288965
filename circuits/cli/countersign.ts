#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { parseArgs } from 'node:util';
import { CountersignError } from '../../functions/platform/errors.ts';
import { commands } from './commands.ts';

const HELP = `countersign <command> [--option value ...]

issuers   key      --id <did#fragment> --out <file>
          issue    --key <file> --credential <unsigned> --request <file> --context <text> --documents <file> --out <file>
holders   holder   --out <file>
          request  --holder <file> --context <text> --opening <file> --out <file>
          prove    --credential <file> --opening <file> --query <file> --documents <file> [--status-list <file>]
                   [--keys <folder>] --out <file>
verifiers verify   --credential <derived> --query <file> --documents <file> [--status-url <url> --status-list <file>]
                   [--status-purpose <purpose>] [--keys <folder>]
anyone    inspect  --credential <file> [--documents <file>]

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
];

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const command = Object.hasOwn(commands, positionals[0] ?? '') ? commands[positionals[0]!] : undefined;
  if (command === undefined) console.log(HELP);
  else await command((name) => values[name] as string | undefined, console.log);
} catch (error) {
  const fields =
    error instanceof CountersignError ? error.fields.map(({ field }) => ` (${field})`).join('') : '';
  const code = error instanceof CountersignError ? `${error.code}: ` : '';
  console.error(`${code}${error instanceof Error ? error.message : String(error)}${fields}`);
  process.exitCode = 1;
}
