// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "circomlib/circuits/bitify.circom";
include "parts/holder.circom";
include "parts/poseidon.circom";
include "parts/predicate.circom";
include "parts/query.circom";
include "parts/signature.circom";
include "parts/tree.circom";

// The Countersign credential circuit proves, of a credential that stays hidden:
//
//   * the issuer signed it (its key, schema, validity, status index, holder and sixteen claims, in one commitment);
//   * it is of the given schema, and valid at the given time;
//   * its bit in the given status list is 0;
//   * four predicates hold of its claims, and one claim is a member of a given large set, if that is asked;
//   * the prover knows the secret that the credential was issued to, and the pseudonym shown is that secret's
//     name in the given scope;
//
// and it does so for one presentation only: the proof is bound to a digest of its nonce, audience, response
// address and presentation key.
//
// Nothing of the credential is an output but the pseudonym. `spec/` says how each signal is computed
// from a W3C credential and a request.
//
// Parameters:
//   setLevels    depth of the large set's tree: 8^setLevels members at most
//   statusLevels depth of the status list's tree: 4^statusLevels·128 entries exactly
template Credential(setLevels, statusLevels) {
    // Public: what the verifier knows.
    signal input issuer[2];
    signal input schema;
    signal input now;
    signal input query;
    signal input statusRoot;
    signal input setRoot;
    signal input scope;
    signal input binding;
    signal output pseudonym;

    // The credential, its signature, and the secret that it was issued to.
    signal input validFrom;
    signal input validUntil;
    signal input statusIndex;
    signal input slots[16];
    signal input signatureR[2];
    signal input signatureS;
    signal input secret;
    signal input blinding;

    // The query that `query` is the digest of.
    signal input querySlotBits[5][4];
    signal input queryKindBits[4][2];
    signal input querySetAsked;
    signal input queryOperands[4][16];

    // Paths to the two roots.
    signal input statusChunk;
    signal input statusChildren[statusLevels][4];
    signal input setChildren[setLevels][8];

    // The commitment, and the issuer's signature over it. ------------------------------------------------
    // It is computed here from its parts, so every part below is what the issuer signed; the schema is the
    // public one, so a credential of another schema has another commitment.
    // The tag is "countersign/v1/credential", as UTF-8 read big-endian.
    var TAG = 624166031583501253619661091318776558223586616767640318337388;
    signal holder <== HolderCommitment()(secret, blinding);
    signal claims <== Poseidon(16)(slots);
    signal commitment <== Poseidon(7)([TAG, schema, validFrom, validUntil, statusIndex, holder, claims]);
    IssuerSignature()(issuer, signatureR, signatureS, commitment);

    // Validity: validFrom <= now <= validUntil. ----------------------------------------------------------
    // Times are 64-bit numbers: the issuer signs such ones, the verifier gives such a one. Both distances
    // must be non-negative, that is below 2^64.
    _ <== Num2Bits(64)(now - validFrom);
    _ <== Num2Bits(64)(validUntil - now);

    // Status: the credential's bit in the published list is 0. -------------------------------------------
    signal (statusBit, statusRootFound) <== StatusBit(statusLevels)(statusIndex, statusChunk, statusChildren);
    statusBit === 0;
    statusRootFound === statusRoot;

    // The query: four predicates over slots, and one membership in a large set. ---------------------------
    // The root matters only when the set is asked for; the verifier gives 0 when it is not.
    signal queryDigest <== QueryDigest()(querySlotBits, queryKindBits, querySetAsked, queryOperands);
    queryDigest === query;
    signal values[5];
    for (var j = 0; j < 5; j++) values[j] <== SlotValue()(slots, querySlotBits[j]);
    for (var j = 0; j < 4; j++) Predicate()(queryKindBits[j], values[j], queryOperands[j]);
    signal setRootFound <== SetRoot(setLevels)(values[4], setChildren);
    querySetAsked*(setRootFound - setRoot) === 0;

    // The holder's pseudonym in the verifier's scope. -----------------------------------------------------
    pseudonym <== Pseudonym()(secret, scope);

    // The binding to this presentation. -------------------------------------------------------------------
    // Groth16 binds a proof to all of its public signals. The square is there so that an optimizer that drops
    // signals in no constraint cannot drop this one.
    signal bindingSquare <== binding*binding;
}

component main {public [issuer, schema, now, query, statusRoot, setRoot, scope, binding]} = Credential(6, 5);
