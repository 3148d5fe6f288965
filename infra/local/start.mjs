// The front door of local mode. Plain JavaScript, as a Node that is too old for TypeScript has to read it to
// say so.
import process from 'node:process';

const NEEDED = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(`Countersign needs Node ${NEEDED.join('.')} or newer, and this is ${process.versions.node} (${process.execPath}).
On Linux x64, \`npm ci\` brings Node 24 along for \`npm start\` and \`npm test\`, unless optional dependencies are left out.
On other platforms install Node 24 (https://nodejs.org), then run \`npm ci && npm start\` again.`);
  process.exit(1);
}

const { main } = await import('./start.ts');
process.exitCode = await main(process.argv.slice(2));
