// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/escalarmulfix.circom";
include "multiply.circom";
include "poseidon.circom";

// The issuer's signature: EdDSA over Baby Jubjub with Poseidon, as circomlib and @zk-kit/eddsa-poseidon
// make it. The equation is S·B8 = R + h·(8·A) with h = Poseidon(Rx, Ry, Ax, Ay, message).
//
// It is checked in the form R = S·B8 - h·(8·A): both terms on the right are computed on the curve, so R is on
// it too and needs no check of its own. `h` is decomposed strictly (below the field order), so that
// there is one challenge per hash. S is taken with 253 bits and not compared with the group order: another S of
// the same class gives the same equation, and a signature that is never shown cannot be maimed to
// anyone's harm.
//
// The issuer's key A is public. The verifier takes it from its trust registry or the issuer's did:web document
// and checks there that it is a point of the prime-order subgroup and not the neutral one.
template IssuerSignature() {
    signal input key[2];
    signal input R[2];
    signal input S;
    signal input message;

    signal challenge <== Poseidon(5)([R[0], R[1], key[0], key[1], message]);
    signal challengeBits[254] <== Num2Bits_strict()(challenge);
    signal sBits[253] <== Num2Bits(253)(S);

    component twice[3];
    for (var i = 0; i < 3; i++) {
        twice[i] = BabyDbl();
        twice[i].x <== i == 0 ? key[0] : twice[i - 1].xout;
        twice[i].y <== i == 0 ? key[1] : twice[i - 1].yout;
    }

    signal byKey[2] <== MultiplyPoint()(challengeBits, [twice[2].xout, twice[2].yout]);

    var BASE8[2] = [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
    component byBase = EscalarMulFix(253, BASE8);
    byBase.e <== sBits;

    component difference = BabyAdd();
    difference.x1 <== byBase.out[0];
    difference.y1 <== byBase.out[1];
    difference.x2 <== -byKey[0];
    difference.y2 <== byKey[1];
    difference.xout === R[0];
    difference.yout === R[1];
}
