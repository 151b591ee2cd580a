package io.flywheel.erasure;

import static io.flywheel.base.Check.check;

import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/// An immutable matrix over GF(2^8), at most 32 by 32.
final class Matrix {
    static final int ORDER_MAX = 32;

    private final int rows;
    private final int columns;
    private final byte[] elements;

    private Matrix(int rows, int columns, byte[] elements) {
        check(rows >= 1 && rows <= ORDER_MAX, "rows");
        check(columns >= 1 && columns <= ORDER_MAX, "columns");
        this.rows = rows;
        this.columns = columns;
        this.elements = elements;
    }

    /// @param element from row and column to the element, 0 to 255
    static Matrix of(int rows, int columns, IntBinaryOperator element) {
        var elements = new byte[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                elements[row * columns + column] = (byte) element.applyAsInt(row, column);
            }
        }
        return new Matrix(rows, columns, elements);
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /// 0 to 255.
    int at(int row, int column) {
        return elements[row * columns + column] & 0xFF;
    }

    /// The rows that are named, in that order.
    Matrix select(int... chosen) {
        return of(chosen.length, columns, (row, column) -> at(chosen[row], column));
    }

    Matrix times(Matrix right) {
        check(columns == right.rows, "the left matrix has as many columns as the right one rows");
        return of(rows, right.columns, (row, column) -> {
            int sum = 0;
            for (int i = 0; i < columns; i++) {
                sum ^= Galois.multiply(at(row, i), right.at(i, column));
            }
            return sum;
        });
    }

    /// By Gauss–Jordan elimination: what turns this matrix into the identity turns the identity into the
    /// inverse.
    ///
    /// @throws IllegalArgumentException when the matrix has none
    Matrix inverse() {
        check(rows == columns, "only a square matrix has an inverse");
        int n = rows;
        var work = new int[n][2 * n];
        for (int row = 0; row < n; row++) {
            for (int column = 0; column < n; column++) {
                work[row][column] = at(row, column);
            }
            work[row][n + row] = 1;
        }
        for (int pivot = 0; pivot < n; pivot++) {
            int found = pivot;
            while (found < n && work[found][pivot] == 0) {
                found++;
            }
            check(found < n, "a singular matrix has no inverse");
            var swapped = work[pivot];
            work[pivot] = work[found];
            work[found] = swapped;
            scale(work[pivot], Galois.inverse(work[pivot][pivot]));
            for (int row = 0; row < n; row++) {
                if (row != pivot) {
                    addMultiple(work[row], work[pivot], work[row][pivot]);
                }
            }
        }
        return of(n, n, (row, column) -> work[row][n + column]);
    }

    private static void scale(int[] row, int factor) {
        for (int i = 0; i < row.length; i++) {
            row[i] = Galois.multiply(row[i], factor);
        }
    }

    private static void addMultiple(int[] row, int[] other, int factor) {
        if (factor != 0) {
            for (int i = 0; i < row.length; i++) {
                row[i] ^= Galois.multiply(other[i], factor);
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Matrix that
                && rows == that.rows
                && columns == that.columns
                && Arrays.equals(elements, that.elements);
    }

    @Override
    public int hashCode() {
        return 31 * columns + Arrays.hashCode(elements);
    }

    @Override
    public String toString() {
        return rows + " by " + columns + " " + Arrays.toString(elements);
    }
}
