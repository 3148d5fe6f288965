import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WASM = {
  'ort-wasm-simd-threaded.wasm': 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
  'cedar_wasm_bg.wasm': 'node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm',
} as const;

/** The verification key of the zero-knowledge circuit, and the manifest that pins it. */
const ZK = {
  'credential.vkey.json': 'circuits/keys/credential.vkey.json',
  'zk-manifest.json': 'circuits/keys/manifest.json',
} as const;

/**
 * Files that a function needs beside its code, by function and by name in the bundle, each with its path from
 * the root of the repository. The deployment copies them to `assets/<name>`; a function reads them with
 * {@link readAsset}.
 */
export const ASSETS = {
  score: {
    ...WASM,
    'risk.onnx': 'models/risk.onnx',
    'risk.manifest.json': 'models/risk.manifest.json',
    'policies.json': '.build/policies/policies.json',
  },
  decisions: {},
  settle: {},
  sweep: {},
  presentations: ZK,
  wallet: ZK,
  'vc-api': ZK,
  'trusted-issuers': {},
  complete: {
    'cedar_wasm_bg.wasm': WASM['cedar_wasm_bg.wasm'],
    'policies.json': '.build/policies/policies.json',
  },
  sessions: {},
  streams: {},
  signals: {},
  transmit: {},
  feedback: {},
  reviews: {
    'cedar_wasm_bg.wasm': WASM['cedar_wasm_bg.wasm'],
    'policies.json': '.build/policies/policies.json',
  },
  subjects: {},
  log: {
    'cedar_wasm_bg.wasm': WASM['cedar_wasm_bg.wasm'],
    'policies.json': '.build/policies/policies.json',
  },
  policies: {
    'cedar_wasm_bg.wasm': WASM['cedar_wasm_bg.wasm'],
    'policies.json': '.build/policies/policies.json',
  },
  wallets: { 'policies.json': '.build/policies/policies.json' },
  openapi: { 'openapi.json': '.build/openapi/openapi.json' },
} as const satisfies Record<string, Record<string, string>>;

const SOURCES: Record<string, string> = Object.assign({}, ...Object.values(ASSETS));

/**
 * Where an asset lies: beside the bundle in a deployed function (`LAMBDA_TASK_ROOT` is Lambda's own variable),
 * in the repository when the sources run as they are.
 */
export const assetPath = (name: string): string => {
  const root = process.env.LAMBDA_TASK_ROOT;
  if (root) return join(root, 'assets', name);
  const source = SOURCES[name];
  if (source === undefined) throw new Error(`No asset is named ${name}`);
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', source);
};

/** Reads an asset whole. */
export const readAsset = (name: string): Promise<Buffer<ArrayBuffer>> =>
  readFile(assetPath(name)) as Promise<Buffer<ArrayBuffer>>;
