#!/usr/bin/env node
// Plain JavaScript, as a Node that is too old for TypeScript has to read it to say so.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(
    `countersign needs Node 22.18 or newer, and this is ${process.versions.node}. Start it with npx.`,
  );
  process.exit(1);
}

const [command, ...rest] = process.argv.slice(2);

// Issuers', holders' and verifiers' commands are the proving workspace's own program: it is GPL, so nothing of it is
// imported here.
const isAboutCredentials =
  ['key', 'holder', 'request', 'issue', 'prove', 'inspect'].includes(command) ||
  (command === 'verify' && rest.some((argument) => /^--(credential|query)(=|$)/.test(argument)));

if (isAboutCredentials) {
  const program = fileURLToPath(new URL('../../circuits/cli/countersign.ts', import.meta.url));
  const { status } = spawnSync(process.execPath, [program, command, ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
