import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { TrustedIssuer } from '../../functions/credentials/trust/index.ts';
import { ApiError, type OperatorApi, operatorApi } from './api.ts';

const USAGE = `Usage: npx countersign issuers <command>

  list                          names the issuers that are trusted, and for which types
  show <issuer>                 writes all that is on record of one, as JSON
  trust <issuer> --type <type> …
                                trusts an issuer for types of credentials, beside those it is trusted for
       [--jwks <file>]          keys of an issuer that is named by a URL
       [--certificate <file>] … authorities that certify its keys, PEM
       [--document <url>=<file>] …
                                contexts, schemas and DID documents that its credentials refer to, pinned
       [--comment <text>]
  revoke <issuer> [--type <type>] …
                                trusts it no longer: at all, or for these types

An issuer is a DID, an https URL, or aki: and the key identifier of an authority (mdocs). A type is a vct, a doctype,
or a type as the contexts of the credential expand it.
  --token <token>               an operator's token (COUNTERSIGN_TOKEN, or that of local mode)
  --url <url>                   the API (COUNTERSIGN_URL, or http://127.0.0.1:4000)
  --tenant <tenant>             (COUNTERSIGN_TENANT)
`;

const OPTIONS = {
  type: { type: 'string', multiple: true },
  jwks: { type: 'string' },
  certificate: { type: 'string', multiple: true },
  document: { type: 'string', multiple: true },
  comment: { type: 'string' },
  token: { type: 'string' },
  url: { type: 'string' },
  tenant: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch {
    return undefined;
  }
};

const fileOf = (name: string): string => {
  try {
    return readFileSync(name, 'utf8');
  } catch (cause) {
    throw new ApiError('file-unreadable', `The file ${name} cannot be read`, { cause });
  }
};

const jsonOf = (name: string): unknown => {
  const text = fileOf(name);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError('file-unreadable', `The file ${name} holds no JSON`, { cause });
  }
};

/** DER, base64, of every certificate in a file of PEM. */
const certificatesIn = (name: string): string[] =>
  [...fileOf(name).matchAll(/-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/g)].map(
    ([, body]) => body!.replace(/\s/g, ''),
  );

const pathOf = (issuer: string) => `/v1/trusted-issuers/${encodeURIComponent(issuer)}`;

/** The record without its name, which stands in the address. */
const bodyOf = ({ issuer: _, ...record }: TrustedIssuer) => record;

const list = async (api: OperatorApi, say: (line: string) => void): Promise<number> => {
  const { issuers } = await api.get<{ issuers: string[] }>('/v1/trusted-issuers');
  for (const issuer of issuers) {
    const record = await api.find<TrustedIssuer>(pathOf(issuer));
    if (record !== undefined) say([issuer, ...record.types.map((type) => `  ${type}`)].join('\n'));
  }
  if (issuers.length === 0) say('Nobody is trusted yet.');
  return 0;
};

/**
 * Manages the registry of trusted issuers.
 *
 * @returns the exit code: 0, 1 when the deployment says no, 2 for what cannot be understood.
 */
export const issuers = async (
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<number> => {
  const parsed = read(args);
  const [command, issuer, ...rest] = parsed?.positionals ?? [];
  const values = parsed?.values ?? {};
  if (parsed === undefined || command === undefined || values.help || rest.length > 0) {
    say(USAGE);
    return values.help ? 0 : 2;
  }
  const { token, url, tenant, type: types = [] } = values;
  const api = () =>
    operatorApi({
      ...environment,
      ...(token === undefined ? {} : { COUNTERSIGN_TOKEN: token }),
      ...(url === undefined ? {} : { COUNTERSIGN_URL: url }),
      ...(tenant === undefined ? {} : { COUNTERSIGN_TENANT: tenant }),
    });
  if (command === 'list' && issuer === undefined) return list(api(), say);
  if (issuer !== undefined && command === 'show') {
    const record = await api().find<TrustedIssuer>(pathOf(issuer));
    say(record === undefined ? `${issuer} is not trusted` : JSON.stringify(record, undefined, 2));
    return record === undefined ? 1 : 0;
  }
  if (issuer !== undefined && command === 'trust' && types.length > 0)
    return trust(api(), issuer, types, values, say);
  if (issuer !== undefined && command === 'revoke') return revoke(api(), issuer, types, say);
  say(USAGE);
  return 2;
};

const trust = async (
  api: OperatorApi,
  issuer: string,
  types: readonly string[],
  more: {
    readonly jwks?: string | undefined;
    readonly certificate?: readonly string[] | undefined;
    readonly document?: readonly string[] | undefined;
    readonly comment?: string | undefined;
  },
  say: (line: string) => void,
): Promise<number> => {
  const known = await api.find<TrustedIssuer>(pathOf(issuer));
  const documents = (more.document ?? []).map((pair) => {
    const at = pair.lastIndexOf('=');
    if (at < 1) throw new ApiError('option-invalid', '--document takes <url>=<file>');
    return [pair.slice(0, at), jsonOf(pair.slice(at + 1))] as const;
  });
  const record = await api.put<TrustedIssuer>(pathOf(issuer), {
    ...(known === undefined ? {} : bodyOf(known)),
    types: [...new Set([...(known?.types ?? []), ...types])],
    ...(more.jwks === undefined ? {} : { jwks: jsonOf(more.jwks) }),
    ...(more.certificate === undefined ? {} : { certificates: more.certificate.flatMap(certificatesIn) }),
    ...(documents.length === 0
      ? {}
      : { documents: { ...known?.documents, ...Object.fromEntries(documents) } }),
    ...(more.comment === undefined ? {} : { comment: more.comment }),
  });
  say(`${issuer} is trusted for ${record.types.join(', ')}`);
  return 0;
};

const revoke = async (
  api: OperatorApi,
  issuer: string,
  types: readonly string[],
  say: (line: string) => void,
): Promise<number> => {
  const known = await api.find<TrustedIssuer>(pathOf(issuer));
  if (known === undefined || types.some((type) => !known.types.includes(type))) {
    say(known === undefined ? `${issuer} is not trusted` : `${issuer} is not trusted for all of these types`);
    return 1;
  }
  const left = types.length === 0 ? [] : known.types.filter((type) => !types.includes(type));
  if (left.length === 0) await api.remove(pathOf(issuer));
  else await api.put(pathOf(issuer), { ...bodyOf(known), types: left });
  say(`${issuer} is trusted for ${left.length === 0 ? 'nothing any more' : left.join(', ')}`);
  return 0;
};
