import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { IDENTITY, issueSdJwt, newKey, type TestKey } from '../../functions/presentations/testing/issuer.ts';
import {
  answerResolved,
  openClient,
  presentSdJwt,
  resolveLink,
} from '../../functions/presentations/testing/wallet.ts';
import { writePrivate } from './dev-issuer.ts';

const HELP = `npm run wallet -- trust | answer <link>

A wallet for trying things out: the OpenWallet Foundation's client, with an identity credential of its own issuer.

  trust          makes the wallet's keys, and has local mode trust its issuer
  answer <link>  answers the openid4vp:// link of a request, as a phone does that scanned the QR code

  --api <url>    where local mode listens (default http://localhost:4000)
  --state <dir>  local mode's folder, for its token and the wallet's keys (default .local)`;

interface KeyFile {
  readonly issuer: string;
  readonly holder: string;
}

const keyFrom = (pem: string): TestKey => {
  const privateKey = createPrivateKey(pem);
  const { kty, crv, x, y } = privateKey.export({ format: 'jwk' });
  const publicJwk = { kty, crv, x, y };
  return {
    privateKey,
    publicJwk,
    did: `did:jwk:${Buffer.from(JSON.stringify(publicJwk)).toString('base64url')}`,
  };
};

/** The wallet's keys, made at the first use. */
const keysIn = (file: string): { readonly issuer: TestKey; readonly holder: TestKey } => {
  if (!existsSync(file)) {
    const pem = (): string => String(newKey().privateKey.export({ format: 'pem', type: 'pkcs8' }));
    writePrivate(file, JSON.stringify({ issuer: pem(), holder: pem() } satisfies KeyFile));
  }
  const { issuer, holder } = JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
  return { issuer: keyFrom(issuer), holder: keyFrom(holder) };
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    api: { type: 'string', default: 'http://localhost:4000' },
    state: { type: 'string', default: '.local' },
    help: { type: 'boolean', default: false },
  },
});
const [command, link] = positionals;
const { issuer, holder } = keysIn(join(values.state, 'wallet.json'));

if (command === 'trust') {
  const token = readFileSync(join(values.state, 'dev-token'), 'utf8').trim();
  const response = await fetch(`${values.api}/v1/trusted-issuers/${encodeURIComponent(issuer.did)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ types: [IDENTITY], comment: 'The development wallet' }),
  });
  console.log(response.ok ? `Trusted for ${IDENTITY}` : await response.text());
  if (!response.ok) process.exitCode = 1;
} else if (command === 'answer' && link !== undefined) {
  const client = openClient();
  const resolved = await resolveLink(client, link);
  const query = resolved.authorizationRequestPayload.dcql_query as {
    credentials: { id: string; claims?: { path: string[] }[] }[];
  };
  const credential = await issueSdJwt(issuer, holder);
  // What is asked for, and no more.
  const presenters = Object.fromEntries(
    query.credentials.map(({ id, claims = [] }) => {
      const asked = Object.fromEntries(claims.map(({ path }) => [path[0]!, true]));
      return [id, presentSdJwt(credential, holder, asked)];
    }),
  );
  const response = await answerResolved(client, resolved, presenters);
  console.log(`${response.status} ${await response.text()}`);
  if (!response.ok) process.exitCode = 1;
} else {
  console.log(HELP);
  if (!values.help) process.exitCode = 2;
}
