// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

include "circomlib/circuits/bitify.circom";
include "poseidon.circom";

// In both trees a node is the Poseidon hash of its children, and the depth is fixed, so that a node cannot pass for
// a leaf. A hash of many inputs costs little more than one of two, and the path is shorter.

// The root of a tree in which `leaf` stands somewhere, with eight children to a node. At each level the prover
// gives all eight; the node reached so far must be one of them, which is to say that the product of the
// differences is 0. Where it stands does not matter for a set.
template SetRoot(levels) {
    signal input leaf;
    signal input children[levels][8];
    signal output root;

    signal node[levels + 1];
    signal product[levels][8];
    node[0] <== leaf;
    for (var i = 0; i < levels; i++) {
        product[i][0] <== node[i] - children[i][0];
        for (var j = 1; j < 8; j++) product[i][j] <== (node[i] - children[i][j])*product[i][j - 1];
        product[i][7] === 0;
        node[i + 1] <== Poseidon(8)(children[i]);
    }
    root <== node[levels];
}

// The bit at a hidden index of a status list, and the root of the list it stands in. Four children to a node.
//
// A list of 4^levels·128 entries is cut into chunks of 128 bits, each a leaf; the first entry of a chunk is its most
// significant bit, as in the W3C Bitstring Status List. The index's low seven bits choose the bit within the
// chunk, the next ones the child at each level, from the leaves up. Here the place matters, so it is the
// bits of the index that choose.
template StatusBit(levels) {
    signal input index;
    signal input chunk;
    signal input children[levels][4];
    signal output bit;
    signal output root;

    signal path[7 + 2*levels] <== Num2Bits(7 + 2*levels)(index);
    signal bits[128] <== Num2Bits(128)(chunk);

    // A binary tree of choices over the 128 bits.
    signal choice[127];
    for (var i = 0; i < 64; i++) {
        choice[i] <== bits[127 - 2*i] + path[0]*(bits[126 - 2*i] - bits[127 - 2*i]);
    }
    var base = 0;
    var next = 64;
    for (var level = 1; level < 7; level++) {
        var count = 64 >> level;
        for (var i = 0; i < count; i++) {
            choice[next + i] <== choice[base + 2*i]
                + path[level]*(choice[base + 2*i + 1] - choice[base + 2*i]);
        }
        base = next;
        next = next + count;
    }
    bit <== choice[126];

    // The chosen child at each level is the node reached so far.
    signal node[levels + 1];
    signal low[levels];
    signal high[levels];
    node[0] <== chunk;
    for (var i = 0; i < levels; i++) {
        low[i] <== children[i][0] + path[7 + 2*i]*(children[i][1] - children[i][0]);
        high[i] <== children[i][2] + path[7 + 2*i]*(children[i][3] - children[i][2]);
        path[8 + 2*i]*(high[i] - low[i]) === node[i] - low[i];
        node[i + 1] <== Poseidon(4)(children[i]);
    }
    root <== node[levels];
}
