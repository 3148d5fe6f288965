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
import { EMPLOYEE, issuerDocuments, presentZk, ZK_ISSUER, type ZkQuery } from './zk-wallet.ts';

const HELP = `npm run wallet -- trust | answer <link>

A wallet for trying things out: the OpenWallet Foundation's client, with an identity credential (dc+sd-jwt) and an
employee credential (ldp_vc) whose claims it proves in zero knowledge, both of issuers of its own.

  trust          makes the issuers' and the wallet's keys, and has local mode trust the issuers
  answer <link>  answers the openid4vp:// link of a request, as a phone does that scanned the QR code

  --wallet <name>  whose wallet answers: another name is another person's (default wallet)
  --format <name>  which credential to show where the request leaves the choice: ldp_vc or dc+sd-jwt

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
    wallet: { type: 'string', default: 'wallet' },
    format: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [command, link] = positionals;
if (!/^[\w-]{1,32}$/.test(values.wallet)) throw new Error('--wallet must be a plain name');
const { issuer } = keysIn(join(values.state, 'wallet.json'));
const { holder } = keysIn(join(values.state, `${values.wallet}.json`));

const trust = async (did: string, type: string, documents?: object): Promise<void> => {
  const token = readFileSync(join(values.state, 'dev-token'), 'utf8').trim();
  const response = await fetch(`${values.api}/v1/trusted-issuers/${encodeURIComponent(did)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      types: [type],
      comment: 'The development wallet',
      ...(documents ? { documents } : {}),
    }),
  });
  console.log(response.ok ? `Trusted for ${type}` : await response.text());
  if (!response.ok) process.exitCode = 1;
};

/** A credential query, as far as this wallet reads it. */
interface Asked {
  readonly id: string;
  readonly format: string;
  readonly meta?: ZkQuery;
  readonly claims?: readonly { readonly path: readonly string[] }[];
}

/** What is to be shown: of a choice the first way that is in the wanted format. */
const chosen = ({
  credentials,
  credential_sets: sets,
}: {
  credentials: Asked[];
  credential_sets?: { options: string[][] }[];
}): Asked[] => {
  const fits = ({ format }: Asked) => values.format === undefined || format === values.format;
  if (sets === undefined) return credentials;
  return sets.flatMap(({ options }) => {
    const ways = options.map((ids) => credentials.filter(({ id }) => ids.includes(id)));
    return ways.find((way) => way.every(fits)) ?? [];
  });
};

if (command === 'trust') {
  await trust(issuer.did, IDENTITY);
  await trust(ZK_ISSUER, EMPLOYEE, await issuerDocuments(values.state));
} else if (command === 'answer' && link !== undefined) {
  const client = openClient();
  const resolved = await resolveLink(client, link);
  const query = resolved.authorizationRequestPayload.dcql_query as unknown as Parameters<typeof chosen>[0];
  const credential = await issueSdJwt(issuer, holder);
  const folder = join(values.state, 'zk-wallets', values.wallet);
  // What is asked for, and no more.
  const presenters = Object.fromEntries(
    chosen(query).map(({ id, format, meta = {}, claims = [] }) => {
      if (format === 'ldp_vc') return [id, presentZk(values.state, folder, meta, console.log)];
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
