package io.flywheel.erasure;

/// The matrix of a code: cell i of a stripe is row i times the data cells. The first k rows are the
/// identity, so that data cells hold the data themselves (systematic).
///
/// Reed–Solomon's parity rows are a Cauchy matrix, 1 / (i xor j) in row i and column j: ISA-L's
/// `gf_gen_cauchy1_matrix`. Every square part of a Cauchy matrix has an inverse, hence any k rows of the
/// whole do, for every k + m up to 256: any k cells give the data back. ISA-L's `gf_gen_rs_matrix`,
/// powers of 2 below the identity, is no choice: a Vandermonde matrix has to be brought into systematic
/// form by elimination, says the correction of 2003 to Plank's tutorial, and this one is not. ISA-L
/// promises inverses for k up to 3, for k = 4 and m up to 21, k = 5 and m up to 5, m = 4 and k up to 21,
/// and m up to 3; elsewhere there are patterns that cannot be decoded.
final class Generator {
    private Generator() {}

    /// All k + m rows.
    static Matrix of(Scheme scheme) {
        int k = scheme.dataShards();
        return switch (scheme) {
            case Scheme.Rs _ ->
                Matrix.of(scheme.shards(), k, (i, j) -> i < k ? (i == j ? 1 : 0) : Galois.inverse(i ^ j));
            case Scheme.Copies _ -> Matrix.of(scheme.shards(), 1, (_, _) -> 1);
        };
    }
}
