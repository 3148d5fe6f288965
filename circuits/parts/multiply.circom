// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/montgomery.circom";

// A point of Baby Jubjub times a scalar given as 254 bits, the least significant first. The point must be of the
// prime-order subgroup and not neutral.
//
// The scalar is read in digits of +1 and -1: with s_i = 2·b_(i+1) - 1,
//
//     2^253 + (s_252·2^252 + … + s_0) = scalar + 1 - b_0
//
// so each step is N -> 2·N ± P, with no case in which nothing is added, and P is taken away once more at the end
// if b_0 is 0. On the Montgomery form v² = u³ + A·u² + u, 2·N + P is (N + P) + N: the v of the sum
// is never needed, which leaves five constraints to a step and one for the sign of P.
//
// The formulas for a sum fail when both points have the same u; a slope would then be free. The walk therefore
// starts at O + P, where O is a point hashed to the curve, and 2^253·O is taken away at the end.
// After j steps N is 2^j·O + m·P for a known m; that N = ±P, or N + P = -N, would give the logarithm of P to the
// base O. Nobody knows it for the key of an honest issuer, and a dishonest one needs no such trick to sign.
template MultiplyPoint() {
    signal input bits[254];
    signal input p[2];
    signal output out[2];

    var A = 168698;
    // O, and 2^253·O: `setup/generators.ts`, label "countersign/v1/multiplication-offset".
    var OFFSET[2] = [
        17770338261154027171545332521566388564199345471473877105438526089037984734851,
        4228364860198983651667846392215351252164833683776098891161746458710633193255
    ];
    var FINAL_OFFSET[2] = [
        1710532021155376485616383568509656488591529035387085834412778203532970999241,
        1558615267892774371386896049232296319316039462563963479810634020356215933713
    ];

    component start = BabyAdd();
    start.x1 <== OFFSET[0];
    start.y1 <== OFFSET[1];
    start.x2 <== p[0];
    start.y2 <== p[1];
    signal first[2] <== Edwards2Montgomery()([start.xout, start.yout]);
    signal q[2] <== Edwards2Montgomery()(p);

    signal signedV[253];
    signal slope1[253];
    signal slope2[253];
    signal uSum[253];
    signal u[254];
    signal v[254];
    u[0] <== first[0];
    v[0] <== first[1];
    for (var k = 0; k < 253; k++) {
        signedV[k] <== (2*bits[253 - k] - 1)*q[1];

        // N ± P: slope, and u of the sum.
        slope1[k] <-- (signedV[k] - v[k])/(q[0] - u[k]);
        (q[0] - u[k])*slope1[k] === signedV[k] - v[k];
        uSum[k] <== slope1[k]*slope1[k] - A - q[0] - u[k];

        // The sum plus N: its slope, by v of the sum = slope1·(u - uSum) - v, and the point.
        slope2[k] <-- 2*v[k]/(u[k] - uSum[k]) - slope1[k];
        (u[k] - uSum[k])*(slope1[k] + slope2[k]) === 2*v[k];
        u[k + 1] <== slope2[k]*slope2[k] - A - uSum[k] - u[k];
        v[k + 1] <== (u[k] - u[k + 1])*slope2[k] - v[k];
    }
    signal end[2] <== Montgomery2Edwards()([u[253], v[253]]);

    // Take away 2^253·O, and P too when the scalar is even. The addition on the Edwards form has no exceptions.
    component even = BabyAdd();
    even.x1 <== FINAL_OFFSET[0];
    even.y1 <== FINAL_OFFSET[1];
    even.x2 <== p[0];
    even.y2 <== p[1];
    signal excess[2];
    excess[0] <== even.xout + bits[0]*(FINAL_OFFSET[0] - even.xout);
    excess[1] <== even.yout + bits[0]*(FINAL_OFFSET[1] - even.yout);
    component difference = BabyAdd();
    difference.x1 <== end[0];
    difference.y1 <== end[1];
    difference.x2 <== -excess[0];
    difference.y2 <== excess[1];
    out[0] <== difference.xout;
    out[1] <== difference.yout;
}
