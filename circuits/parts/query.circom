// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "poseidon.circom";

// The digest of everything that the verifier asks about slots: four predicates and the slot for the large set.
// One public signal stands for all of it; the verifier computes the same digest from the request.
//
// The selectors are packed into one number: for predicate j, slot (4 bits) + 16·kind (2 bits), times 64^j; above
// them the large set's slot (4 bits) and whether it is asked for (1 bit). The bits are made binary here,
// so that the number has one reading.
template QueryDigest() {
    signal input slotBits[5][4];
    signal input kindBits[4][2];
    signal input setAsked;
    signal input operands[4][16];
    signal output digest;

    // "countersign/v1/query", as UTF-8 read big-endian.
    var TAG = 567675698751828580152197074602351274997777265273;
    var selectors = 0;
    var weight = 1;
    signal operandDigests[4];
    for (var j = 0; j < 4; j++) {
        for (var i = 0; i < 4; i++) {
            slotBits[j][i]*(slotBits[j][i] - 1) === 0;
            selectors += weight*slotBits[j][i];
            weight *= 2;
        }
        for (var i = 0; i < 2; i++) {
            kindBits[j][i]*(kindBits[j][i] - 1) === 0;
            selectors += weight*kindBits[j][i];
            weight *= 2;
        }
        operandDigests[j] <== Poseidon(16)(operands[j]);
    }
    for (var i = 0; i < 4; i++) {
        slotBits[4][i]*(slotBits[4][i] - 1) === 0;
        selectors += weight*slotBits[4][i];
        weight *= 2;
    }
    setAsked*(setAsked - 1) === 0;
    selectors += weight*setAsked;

    digest <== Poseidon(6)([
        TAG, selectors, operandDigests[0], operandDigests[1], operandDigests[2], operandDigests[3]
    ]);
}
