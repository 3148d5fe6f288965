// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { contextDigest, pinContexts } from '../../functions/credentials/contexts/index.ts';
import { createDocumentLoader, type DocumentLoader } from '../../functions/credentials/document-loader.ts';
import { fromBase64url } from '../../functions/credentials/statement/baby-jubjub.ts';
import {
  COUNTERSIGN_CONTEXT,
  COUNTERSIGN_CONTEXT_URL,
} from '../../functions/credentials/statement/context.ts';
import { STATUS_ENTRIES, StatusList } from '../../functions/credentials/statement/status-list.ts';
import { paths } from '../setup/paths.ts';
import type { ProvingArtefacts } from '../src/prove.ts';

/** Reads a JSON file. Numbers of the field are decimal strings in it. */
export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/**
 * Writes a JSON file, numbers of the field as decimal strings.
 *
 * @param secret readable by its owner alone.
 */
export function writeJson(path: string, value: unknown, secret = false): void {
  const text = JSON.stringify(
    value,
    (_, each: unknown) => (typeof each === 'bigint' ? each.toString() : each),
    2,
  );
  writeFileSync(path, `${text}\n`, { mode: secret ? 0o600 : 0o644 });
}

/** Turns decimal strings back into numbers, wherever they stand. */
export function withNumbers<T>(value: unknown): T {
  if (typeof value === 'string' && /^(0|[1-9][0-9]*)$/.test(value)) return BigInt(value) as T;
  if (Array.isArray(value)) return value.map(withNumbers) as T;
  if (typeof value !== 'object' || value === null) return value as T;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withNumbers(each)])) as T;
}

/**
 * A loader for the documents in a JSON file, `{url: document}`: contexts, claim schemas, issuers' did:web documents;
 * the standard contexts are there already.
 */
export function documentsIn(path: string | undefined): DocumentLoader {
  const documents = Object.entries(path === undefined ? {} : readJson<Record<string, object>>(path));
  const isContext = ([, document]: [string, object]): boolean =>
    '@context' in document && !('id' in document);
  const pinned = [
    [COUNTERSIGN_CONTEXT_URL, COUNTERSIGN_CONTEXT] as [string, object],
    ...documents.filter(isContext),
  ];
  return createDocumentLoader({
    contexts: pinContexts(
      pinned.map(([url, document]) => ({ url, document, digest: contextDigest(document) })),
    ),
    controllers: new Map(documents.filter((entry) => !isContext(entry))),
  });
}

/** Reads a status list: a BitstringStatusListCredential, or its bytes uncompressed; nobody revoked when there is none. */
export function statusListIn(path: string | undefined): StatusList {
  if (path === undefined) return StatusList.empty();
  const bytes = new Uint8Array(readFileSync(path));
  if (bytes.length * 8 === STATUS_ENTRIES) return new StatusList(bytes);
  const { credentialSubject } = JSON.parse(new TextDecoder().decode(bytes)) as {
    credentialSubject: { encodedList: string };
  };
  const compressed = fromBase64url(credentialSubject.encodedList.replace(/^u/, ''));
  if (compressed === undefined) throw new TypeError('the status list is not base64url');
  return new StatusList(new Uint8Array(gunzipSync(compressed, { maxOutputLength: STATUS_ENTRIES })));
}

/** The proving artefacts of this checkout, or of a folder with keys of one's own. */
export function artefactsIn(dir: string = paths.keys): ProvingArtefacts {
  const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(dir, name)));
  return { wasm: file('credential.wasm'), zkey: file('credential.zkey') };
}
