import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseManifest, sha256 } from '../functions/risk/index.ts';
import { newSigningKey, readSigningKey, signManifest } from './signing/sign-manifest.ts';

const HELP = `Signs a trained model with a key of your own, or makes such a key.

npm run sign-model -- --new-key FILE             make an Ed25519 key; FILE is a secret and stays with you
npm run sign-model -- --key FILE [--manifest M]  sign M with it         (default: models/risk.manifest.json)

Then pin the public half that is printed: "modelKeys": ["…"] in the settings of the stage (cdk.json). The functions
refuse every model that is signed with another key, the development key included.
`;

const { values } = parseArgs({
  options: {
    'new-key': { type: 'string' },
    key: { type: 'string' },
    manifest: { type: 'string', default: fileURLToPath(new URL('risk.manifest.json', import.meta.url)) },
    help: { type: 'boolean', default: false },
  },
});

function make(file: string): void {
  const key = newSigningKey();
  // Never over another file: it may be a key that is pinned somewhere.
  writeFileSync(file, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  console.log(`public key: ${key.x}`);
}

function sign(keyFile: string, file: string): void {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const { id, modelDigest } = parseManifest(manifest);
  if (sha256(readFileSync(file.replace(/\.manifest\.json$/, '.onnx'))) !== modelDigest)
    throw new Error('The model beside the manifest is not the one that it describes; nothing was signed');
  const signed = signManifest(manifest, readSigningKey(keyFile));
  writeFileSync(file, `${JSON.stringify(signed, null, 2)}\n`);
  console.log(`${id} is signed; public key: ${signed.signature.key}`);
}

try {
  if (values['new-key'] !== undefined) make(values['new-key']);
  else if (values.key !== undefined) sign(values.key, values.manifest);
  else {
    console.error(HELP);
    process.exitCode = values.help ? 0 : 2;
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
