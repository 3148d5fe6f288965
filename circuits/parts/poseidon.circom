// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "circomlib/circuits/poseidon_constants.circom";
include "poseidon-inverses.circom";

// The Poseidon permutation over BN254, with circomlib's parameters and the same output as circomlib's
// `Poseidon(n)`, written so that the proving key stays small.
//
// circomlib lets the state of each round be a linear form of all S-box outputs before it. A form of 80 terms
// that is squared costs 80 entries in each of the matrices A and B, and the key stores every entry. Here
// the signals are the S-box *inputs*; the linear layer between two rounds is a bijection, so the outputs of a
// round are the inverse layer applied to the next inputs. Each S-box then is three constraints
//
//     x2 = x·x,   x4 = x2·x2,   x4·x = (inverse layer of the next inputs)
//
// whose A and B hold one signal each; the long form stands in C, which the key does not store.
//
// Why this is sound: by induction over rounds, when the inputs of a round are fixed then so are its outputs
// y = x^5, and the constraints of that round are t independent linear equations in the t next inputs, with an
// invertible matrix. There is exactly one witness for given inputs, the honest one. The hints (`<--`) below
// only compute it.
template Poseidon(n) {
    signal input inputs[n];
    signal output out;

    var PARTIAL_ROUNDS[16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
    var t = n + 1;
    var rounds = PARTIAL_ROUNDS[t - 2];
    var width = 2*t - 1;
    var C[8*t + rounds] = POSEIDON_C(t);
    var S[rounds*(2*t - 1)] = POSEIDON_S(t);
    var M[t][t] = POSEIDON_M(t);
    var P[t][t] = POSEIDON_P(t);
    var inverseM[t][t] = POSEIDON_INVERSE_M(t);
    var inverseP[t][t] = POSEIDON_INVERSE_P(t);
    var pivot[rounds] = POSEIDON_PIVOT(t);

    // S-box inputs of the four full rounds before the partial ones (the first are the hashed inputs
    // themselves), of the partial rounds, and of the four full rounds after.
    signal before[3][t];
    signal middle[rounds];
    signal after[4][t];

    // Hints: run the permutation forwards. ---------------------------------------------------------------
    var state[t];
    var mixed[t];
    var square;
    state[0] = C[0];
    for (var j = 1; j < t; j++) state[j] = inputs[j - 1] + C[j];
    for (var r = 0; r < 4; r++) {
        for (var j = 0; j < t; j++) {
            square = state[j]*state[j];
            state[j] = square*square*state[j] + C[(r + 1)*t + j];
        }
        for (var i = 0; i < t; i++) {
            mixed[i] = 0;
            for (var j = 0; j < t; j++) mixed[i] += (r < 3 ? M[j][i] : P[j][i]) * state[j];
        }
        for (var i = 0; i < t; i++) {
            state[i] = mixed[i];
            if (r < 3) before[r][i] <-- state[i];
        }
    }
    for (var r = 0; r < rounds; r++) {
        middle[r] <-- state[0];
        square = state[0]*state[0];
        var y = square*square*state[0] + C[5*t + r];
        state[0] = S[width*r]*y;
        for (var i = 1; i < t; i++) {
            state[0] += S[width*r + i]*state[i];
            state[i] += S[width*r + t + i - 1]*y;
        }
    }
    for (var r = 0; r < 4; r++) {
        for (var i = 0; i < t; i++) after[r][i] <-- state[i];
        if (r < 3) {
            for (var j = 0; j < t; j++) {
                square = state[j]*state[j];
                state[j] = square*square*state[j] + C[5*t + rounds + r*t + j];
            }
            for (var i = 0; i < t; i++) {
                mixed[i] = 0;
                for (var j = 0; j < t; j++) mixed[i] += M[j][i]*state[j];
            }
            for (var i = 0; i < t; i++) state[i] = mixed[i];
        }
    }

    // Full rounds before: S-box outputs are the inverse of M applied to the next inputs; the fourth feeds the
    // partial rounds, below. ----------------------------------------------------------------------------
    signal before2[4][t];
    signal before4[4][t];
    var x[4][t];
    for (var r = 0; r < 4; r++) {
        for (var j = 0; j < t; j++) {
            if (r > 0) {
                x[r][j] = before[r - 1][j];
            } else if (j > 0) {
                x[r][j] = inputs[j - 1] + C[j];
            } else {
                x[r][j] = C[0];
            }
            before2[r][j] <== x[r][j]*x[r][j];
            before4[r][j] <== before2[r][j]*before2[r][j];
            if (r < 3) {
                var y = -C[(r + 1)*t + j];
                for (var i = 0; i < t; i++) y += inverseM[i][j]*before[r][i];
                before4[r][j]*x[r][j] === y;
            }
        }
    }

    // Partial rounds, from the last to the first: `rest` is the part of the state that bypasses the S-box.
    signal middle2[rounds];
    signal middle4[rounds];
    var rest[t];
    for (var i = 1; i < t; i++) rest[i] = after[0][i];
    for (var r = rounds - 1; r >= 0; r--) {
        var y = r == rounds - 1 ? after[0][0] : middle[r + 1];
        for (var i = 1; i < t; i++) y -= S[width*r + i]*rest[i];
        y *= pivot[r];
        for (var i = 1; i < t; i++) rest[i] -= S[width*r + t + i - 1]*y;
        middle2[r] <== middle[r]*middle[r];
        middle4[r] <== middle2[r]*middle2[r];
        middle4[r]*middle[r] === y - C[5*t + r];
    }

    // The fourth full round feeds the partial rounds through P.
    for (var j = 0; j < t; j++) {
        var y = inverseP[0][j]*middle[0] - C[4*t + j];
        for (var i = 1; i < t; i++) y += inverseP[i][j]*rest[i];
        before4[3][j]*before[2][j] === y;
    }

    // Full rounds after. Of the last state only the first element is wanted: it is the sum of the last
    // S-box outputs, of which the first is left in place as a product.
    signal after2[4][t];
    signal after4[4][t];
    signal last[n];
    for (var r = 0; r < 4; r++) {
        for (var j = 0; j < t; j++) {
            after2[r][j] <== after[r][j]*after[r][j];
            after4[r][j] <== after2[r][j]*after2[r][j];
            if (r < 3) {
                var y = -C[5*t + rounds + r*t + j];
                for (var i = 0; i < t; i++) y += inverseM[i][j]*after[r + 1][i];
                after4[r][j]*after[r][j] === y;
            } else if (j > 0) {
                last[j - 1] <== after4[r][j]*after[r][j];
            }
        }
    }
    var sum = 0;
    for (var j = 1; j < t; j++) sum += M[j][0]*last[j - 1];
    out <== M[0][0]*after4[3][0]*after[3][0] + sum;
}
