// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

// Chooses one of sixteen values by a slot number given as four bits. The caller makes the bits binary.
template SlotValue() {
    signal input slots[16];
    signal input bits[4];
    signal output value;

    signal layer1[8];
    signal layer2[4];
    signal layer3[2];
    for (var i = 0; i < 8; i++) layer1[i] <== slots[2*i] + bits[0]*(slots[2*i + 1] - slots[2*i]);
    for (var i = 0; i < 4; i++) layer2[i] <== layer1[2*i] + bits[1]*(layer1[2*i + 1] - layer1[2*i]);
    for (var i = 0; i < 2; i++) layer3[i] <== layer2[2*i] + bits[2]*(layer2[2*i + 1] - layer2[2*i]);
    value <== layer3[0] + bits[3]*(layer3[1] - layer3[0]);
}

// One predicate on one slot. Its kind, slot and sixteen operands are the verifier's, bound through the query
// digest; the value is the holder's.
//
//   kind 0  nothing is asked
//   kind 1  operands[0] <= value <= operands[1], as integers of 64 bits
//   kind 2  value is one of the operands
//   kind 3  value is none of the operands
//
// All the comparisons a verifier may ask for are these: `=` is kind 2 with one operand repeated, `!=` kind 3;
// `<`, `<=`, `>`, `>=` are ranges to an end of the 64-bit line; to reveal a value is to prove it equal to what
// the document shows.
template Predicate() {
    signal input kind[2];
    signal input value;
    signal input operands[16];

    // Both bits set is kind 3; kind 1 is the first bit alone.
    signal both <== kind[0]*kind[1];
    signal range <== kind[0] - both;

    // In a range both distances are non-negative, that is below 2^64. The verifier gives operands below 2^64,
    // so neither distance can wrap around the field, whatever the value; a value outside 64 bits is in no range.
    signal above <== range*(value - operands[0]);
    signal below <== range*(operands[1] - value);
    _ <== Num2Bits(64)(above);
    _ <== Num2Bits(64)(below);

    // The product of the differences vanishes exactly when the value is among the operands.
    signal product[16];
    product[0] <== value - operands[0];
    for (var i = 1; i < 16; i++) product[i] <== (value - operands[i])*product[i - 1];
    signal member <== IsZero()(product[15]);

    // For kinds 2 and 3, membership must be what the first bit denies.
    kind[1]*(member - 1 + kind[0]) === 0;
}
