// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.1.0;

// A circuit small enough for a ceremony within a test.
template Multiplier() {
    signal input a;
    signal input b;
    signal output product <== a*b;
}

component main {public [a]} = Multiplier();
