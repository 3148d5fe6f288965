// SPDX-License-Identifier: GPL-3.0-or-later
import { readIssuerKey } from '../../../functions/credentials/statement/baby-jubjub.ts';
import {
  type ClaimValue,
  lowerDisclosure,
} from '../../../functions/credentials/statement/claim-predicate.ts';
import { type ClaimSchema, slotOf } from '../../../functions/credentials/statement/claim-schema.ts';
import { spellClaim } from '../../../functions/credentials/statement/claim-value.ts';
import type { LoadDocument } from '../../../functions/credentials/statement/credential-kind.ts';
import {
  claimAt,
  derivedDocument,
  type JsonObject,
} from '../../../functions/credentials/statement/derived-document.ts';
import type { LargeSet } from '../../../functions/credentials/statement/large-set.ts';
import {
  type PredicateRequest,
  resolvePredicates,
} from '../../../functions/credentials/statement/predicate-request.ts';
import {
  bindingSignal,
  type PresentationBinding,
  scopeSignal,
} from '../../../functions/credentials/statement/presentation-binding.ts';
import {
  CRYPTOSUITE,
  readBaseProof,
  writeDerivedProof,
} from '../../../functions/credentials/statement/proof-value.ts';
import { StatementError } from '../../../functions/credentials/statement/statement-error.ts';
import { type StatusList, statusListId } from '../../../functions/credentials/statement/status-list.ts';
import type { HolderOpening } from '../holder.ts';
import { proofBytes } from '../proof-bytes.ts';
import type { Prover, ProvingStage } from '../prove.ts';
import { ProvingError } from '../proving-error.ts';
import { witnessInputs } from '../witness-inputs.ts';
import { readBaseDocument } from './base-document.ts';
import { ALGORITHM } from './sign-cryptosuite.ts';

/** What a holder decides about one presentation. */
export interface DeriveOptions {
  readonly opening: HolderOpening;
  /** Paths of the claims to show. */
  readonly reveal?: readonly string[];
  /** Ages are turned into dates on the day of `now`. */
  readonly predicates?: readonly PredicateRequest[];
  readonly binding: PresentationBinding;
  /** The scope whose pseudonym is shown, as the verifier registered it. Show it to the holder first. */
  readonly scopeName?: string | undefined;
  /** The credential's status list, as published now; `StatusList.empty()` for one that cannot be revoked. */
  readonly statusList: StatusList;
  /** The large sets that predicates may name. */
  readonly sets?: ReadonlyMap<string, LargeSet>;
  readonly prover: Prover;
  /** The verifier's time, seconds since the epoch. */
  readonly now: number;
  readonly onProgress?: (stage: ProvingStage) => void;
}

interface DeriveGiven {
  readonly document: JsonObject;
  readonly proofSet: readonly Readonly<Record<string, unknown>>[];
  readonly documentLoader: LoadDocument;
}

/**
 * The countersign-groth16-2026 cryptosuite for deriving, in the form that `DataIntegrityProof` takes.
 *
 * @throws (from `vc.derive`) ProvingError as `witnessInputs`, and `base-proof-missing`; StatementError as
 *   `lowerDisclosure` and `readBaseDocument`.
 * @example
 * ```ts
 * const cryptosuite = createZkDeriveCryptosuite({ opening, predicates, binding, statusList, prover, now });
 * const shown = await vc.derive({
 *   verifiableCredential: credential, suite: new DataIntegrityProof({ cryptosuite }), documentLoader,
 * });
 * ```
 */
export function createZkDeriveCryptosuite(options: DeriveOptions) {
  const refuse = (): never => {
    throw new TypeError('This cryptosuite derives; it does neither sign nor verify.');
  };
  return {
    name: CRYPTOSUITE,
    requiredAlgorithm: ALGORITHM,
    createVerifier: refuse,
    createVerifyData: refuse,
    createProofValue: refuse,
    derive: (given: DeriveGiven) => derive(given, options),
  };
}

async function derive(
  { document, proofSet, documentLoader }: DeriveGiven,
  options: DeriveOptions,
): Promise<JsonObject> {
  const [base, another] = proofSet.filter(({ cryptosuite }) => cryptosuite === CRYPTOSUITE);
  if (base === undefined || another !== undefined)
    throw new ProvingError('base-proof-missing', 'The credential has not exactly one base proof');
  const { signatureR, signatureS, holder } = readBaseProof(base.proofValue);
  const { kind, claims } = await readBaseDocument(document, documentLoader);
  const method = (await documentLoader(base.verificationMethod as string)).document;
  const issuerKey = readIssuerKey(method as object);

  const { schema } = kind;
  const predicates = resolvePredicates(options.predicates ?? [], options.now);
  // A credential without any claim is none (VCDM 2.0, section 4.8), and no verifier would take it.
  if (predicates.length === 0 && (options.reveal ?? []).length === 0)
    throw new StatementError('query-invalid', 'Nothing is to be shown: reveal a claim or prove a predicate', {
      field: 'predicates',
    });
  const revealed = [...new Set(options.reveal ?? [])]
    .sort((a, b) => slotOf(schema, a) - slotOf(schema, b))
    .map((path) => ({ path, value: spelled(schema, path, claimAt(document, path)) }));
  const { query, setName } = lowerDisclosure(schema, { revealed, predicates });
  const set = setName === undefined ? undefined : options.sets?.get(setName);
  if (setName !== undefined && set === undefined)
    throw new StatementError('set-invalid', 'A predicate names a set that is not at hand', {
      field: setName,
    });

  const binding = bindingSignal(options.binding);
  const { inputs, signals } = witnessInputs({
    signed: { claims: { ...claims, holder }, signature: { r: signatureR, s: signatureS }, issuerKey },
    opening: options.opening,
    query,
    set,
    statusList: options.statusList,
    now: options.now,
    scope: scopeSignal(options.binding.audience, options.scopeName, binding),
    binding,
  });
  const { proof } = await options.prover(inputs, options.onProgress);
  return {
    ...derivedDocument({
      contexts: kind.contexts.map(({ url }) => url),
      types: kind.types,
      issuer: kind.issuer,
      schema,
      revealed,
      predicates,
    }),
    proof: {
      type: 'DataIntegrityProof',
      cryptosuite: CRYPTOSUITE,
      verificationMethod: base.verificationMethod as string,
      proofPurpose: 'assertionMethod',
      proofValue: writeDerivedProof({
        proof: proofBytes(proof),
        now: signals.now,
        pseudonym: signals.pseudonym,
        statusList: statusListId(kind.status),
        statusRoot: signals.statusRoot,
      }),
    },
  };
}

/** A claim as it is shown, whatever its spelling in the full credential; what is absent is refused later. */
function spelled(schema: ClaimSchema, path: string, value: unknown): ClaimValue {
  return value === undefined
    ? (value as never)
    : spellClaim(schema.slots[slotOf(schema, path)]!.encoding, value);
}
