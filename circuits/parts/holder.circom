// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/escalarmulfix.circom";
include "poseidon.circom";

// The holder's secret, committed to as P = secret·G + blinding·H on Baby Jubjub. The issuer signs P's first
// coordinate and never learns the secret. G and H come from hashing a label to the curve, so nobody knows
// the logarithm of one to the other, which is what makes the commitment binding.
//
// The secret has 246 bits, below the group order of about 2^250.6: were it allowed to exceed the order, one
// commitment would open to two secrets and one holder would have two pseudonyms. In the prime-order subgroup
// the first coordinate decides the point: the curve's other point with it, (x, -y), has even order.
template HolderCommitment() {
    signal input secret;
    signal input blinding;
    signal output commitment;

    var G[2] = [
        11570366647540104216038595229015915017853443074710984896737911087804642839685,
        469464213421340174083965181966828594929815492069027070138100638749145226831
    ];
    var H[2] = [
        3427055572731350030643289937719939660089933444430030486581280343421123125872,
        14661070976509315599200564555598515525943408704328468490677125141284598479628
    ];
    component bySecret = EscalarMulFix(246, G);
    bySecret.e <== Num2Bits(246)(secret);
    component byBlinding = EscalarMulFix(246, H);
    byBlinding.e <== Num2Bits(246)(blinding);

    component sum = BabyAdd();
    sum.x1 <== bySecret.out[0];
    sum.y1 <== bySecret.out[1];
    sum.x2 <== byBlinding.out[0];
    sum.y2 <== byBlinding.out[1];
    commitment <== sum.xout;
}

// The holder's name at one verifier: a hash of the secret and of a scope that the verifier computes from its own
// authenticated domain. The same scope gives the same pseudonym; two scopes give values that only the
// holder of the secret can connect.
template Pseudonym() {
    signal input secret;
    signal input scope;
    signal output pseudonym;

    // "countersign/v1/pseudonym", as UTF-8 read big-endian.
    var TAG = 2438148560873051771951801137963970930800764970988276185453;
    pseudonym <== Poseidon(3)([TAG, secret, scope]);
}
