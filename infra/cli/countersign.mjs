#!/usr/bin/env node
// Plain JavaScript, as a Node that is too old for TypeScript has to read it to say so.
import process from 'node:process';

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(
    `countersign needs Node 22.18 or newer, and this is ${process.versions.node}. Start it with npx.`,
  );
  process.exit(1);
}

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
