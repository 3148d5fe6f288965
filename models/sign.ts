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

if (values['new-key'] !== undefined) {
  const key = newSigningKey();
  writeFileSync(values['new-key'], `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  console.log(`public key: ${key.x}`);
} else if (values.key !== undefined) {
  const manifest = JSON.parse(readFileSync(values.manifest, 'utf8'));
  const { id, modelDigest } = parseManifest(manifest);
  const model = readFileSync(values.manifest.replace(/\.manifest\.json$/, '.onnx'));
  if (sha256(model) !== modelDigest) {
    console.error('The model beside the manifest is not the one that it describes; nothing was signed');
    process.exitCode = 1;
  } else {
    const signed = signManifest(manifest, readSigningKey(values.key));
    writeFileSync(values.manifest, `${JSON.stringify(signed, null, 2)}\n`);
    console.log(`${id} is signed; public key: ${signed.signature.key}`);
  }
} else {
  console.error(HELP);
  process.exitCode = values.help ? 0 : 2;
}
