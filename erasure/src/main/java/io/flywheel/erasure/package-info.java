/// Erasure coding: `rs(k,m)`, systematic Reed–Solomon over GF(2^8), and `copies(n)`. Pure: no threads,
/// files or time.
///
/// A tour. {@link io.flywheel.erasure.Scheme} says how a block is stored and travels with it. An
/// {@link io.flywheel.erasure.ErasureCode} encodes the cells of a stripe, rebuilds missing ones from any
/// k, and checks parity against data by a computation that shares nothing with the one that made it
/// ({@link io.flywheel.erasure.Fingerprint}). All of it is a product of a {@link
/// io.flywheel.erasure.Matrix} over the field ({@link io.flywheel.erasure.Galois}) with cells. Three
/// forms of {@link io.flywheel.erasure.Arithmetic} compute that product with the same bytes as result:
/// {@link io.flywheel.erasure.ScalarArithmetic} is the specification, {@link
/// io.flywheel.erasure.VectorArithmetic} uses the Vector API, {@link io.flywheel.erasure.IsalArithmetic}
/// ISA-L. {@link io.flywheel.erasure.Engine} chooses among them at start and says why.
///
/// Sources: J. S. Plank, "A Tutorial on Reed–Solomon Coding for Fault-Tolerance in RAID-like Systems",
/// Software – Practice & Experience 27(9), 1997, with the correction of J. S. Plank and Y. Ding, SP&E
/// 35(2), 2005 (technical report
/// UT-CS-03-504 of 2003); J. S. Plank, K. M. Greenan, E. L. Miller, "Screaming Fast Galois Field
/// Arithmetic Using Intel SIMD Instructions", FAST '13; the documentation of Intel ISA-L, erasure_code.h.
@NullMarked
package io.flywheel.erasure;

import org.jspecify.annotations.NullMarked;
