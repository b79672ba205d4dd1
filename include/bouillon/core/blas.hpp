// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <limits>
#include <mutex>

namespace bouillon::detail {

/// The functions of BLAS and LAPACK that bouillon calls, under names of its own: <cblas.h>, <lapacke.h> and
/// xtensor-blas declare the same functions in three ways that no file can hold together, and each costs more to compile
/// than this.
extern "C" {
void blas_dgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha, const double* a,
                int lda, const double* b, int ldb, double beta, double* c, int ldc) __asm__("cblas_dgemm");
void blas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
                const float* b, int ldb, float beta, float* c, int ldc) __asm__("cblas_sgemm");
void blas_dgemv(int order, int transpose, int m, int n, double alpha, const double* a, int lda, const double* x,
                int x_step, double beta, double* y, int y_step) __asm__("cblas_dgemv");
void blas_dtrsm(int order, int side, int triangle, int transpose, int diagonal, int m, int n, double alpha,
                const double* a, int lda, double* b, int ldb) __asm__("cblas_dtrsm");
void blas_dtrsv(int order, int triangle, int transpose, int diagonal, int n, const double* a, int lda, double* x,
                int x_step) __asm__("cblas_dtrsv");
// LAPACK's are Fortran's: arguments by address, and behind them the length of each text.
void lapack_dpotrf(const char* triangle, const int* n, double* a, const int* lda, int* info,
                   std::size_t triangle_length) __asm__("dpotrf_");
void lapack_dpotri(const char* triangle, const int* n, double* a, const int* lda, int* info,
                   std::size_t triangle_length) __asm__("dpotri_");
// OpenBLAS only; weak, so that another BLAS links too.
int blas_threads() __asm__("openblas_get_num_threads") __attribute__((weak));
void set_blas_threads(int) __asm__("openblas_set_num_threads") __attribute__((weak));
}

/// The numbers that CBLAS gives its choices.
enum cblas : int { row_major = 101, no_transpose = 111, transposed = 112, lower = 122, non_unit = 131, left = 141 };

/// @throws input_error for 2^31 or more
inline int blas_size(std::size_t n) {
    if (n > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw input_error("a matrix: " + to_string(n) + " rows or columns, but BLAS can count to 2^31 - 1 only");
    return static_cast<int>(n);
}

inline int operation(bool transpose) { return transpose ? transposed : no_transpose; }

/// C (m, n) = alpha op(A) (m, k) op(B) (k, n) + beta C. All matrices are row-major; a leading dimension is the distance
/// between rows, in elements.
inline void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, double alpha,
                 const double* a, std::size_t lda, const double* b, std::size_t ldb, double beta, double* c,
                 std::size_t ldc) {
    blas_dgemm(row_major, operation(transpose_a), operation(transpose_b), blas_size(m), blas_size(n), blas_size(k),
               alpha, a, blas_size(lda), b, blas_size(ldb), beta, c, blas_size(ldc));
}

inline void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, float alpha,
                 const float* a, std::size_t lda, const float* b, std::size_t ldb, float beta, float* c,
                 std::size_t ldc) {
    blas_sgemm(row_major, operation(transpose_a), operation(transpose_b), blas_size(m), blas_size(n), blas_size(k),
               alpha, a, blas_size(lda), b, blas_size(ldb), beta, c, blas_size(ldc));
}

/// y = alpha op(A) x + beta y, where A is (m, n) as stored.
inline void gemv(bool transpose, std::size_t m, std::size_t n, double alpha, const double* a, std::size_t lda,
                 const double* x, double beta, double* y) {
    blas_dgemv(row_major, operation(transpose), blas_size(m), blas_size(n), alpha, a, blas_size(lda), x, 1, beta, y, 1);
}

/// Solves op(L) X = B in place for a lower triangular L (n, n) and B (n, columns).
inline void solve_lower(bool transpose, std::size_t n, std::size_t columns, const double* l, std::size_t ldl, double* b,
                        std::size_t ldb) {
    blas_dtrsm(row_major, left, lower, operation(transpose), non_unit, blas_size(n), blas_size(columns), 1.0, l,
               blas_size(ldl), b, blas_size(ldb));
}

/// Solves op(L) x = b in place for a lower triangular L (n, n): several times faster than with a matrix of one column.
inline void solve_lower(bool transpose, std::size_t n, const double* l, std::size_t ldl, double* b) {
    blas_dtrsv(row_major, lower, operation(transpose), non_unit, blas_size(n), l, blas_size(ldl), b, 1);
}

/// Replaces the lower triangle of a symmetric A (n, n) by its Cholesky factor; the strict upper triangle is untouched.
/// Returns false where A is not positive definite to working precision: the lower triangle is then of no use.
[[nodiscard]] inline bool cholesky_lower(std::size_t n, double* a, std::size_t lda) {
    const int size = blas_size(n), step = blas_size(lda);
    int info = 0;
    lapack_dpotrf("U", &size, a, &step, &info, 1);  // a row-major lower is a column-major upper
    return info == 0;
}

/// Replaces a Cholesky factor L (n, n) by the lower triangle of (L L')^-1; the strict upper triangle is untouched.
inline void inverse_from_cholesky_lower(std::size_t n, double* l, std::size_t ldl) {
    const int size = blas_size(n), step = blas_size(ldl);
    int info = 0;
    lapack_dpotri("U", &size, l, &step, &info, 1);
}

/// Holds OpenBLAS at one thread while any of its kind lives, in whatever threads: OpenBLAS has one number of threads
/// for the whole process. The first one to begin remembers that number and the last one to end restores it; whoever
/// else sets it meanwhile is overruled then. Matrices of a surrogate are too small to share out, and scoring shares out
/// whole windows instead, which also keeps its results the same for any number of threads.
class single_threaded_blas {
 public:
    single_threaded_blas() {
        const std::lock_guard lock(process().mutex);
        if (process().holders++ > 0 || !blas_threads) return;
        process().threads = blas_threads();
        set_blas_threads(1);
    }
    ~single_threaded_blas() {
        const std::lock_guard lock(process().mutex);
        if (--process().holders == 0 && blas_threads) set_blas_threads(process().threads);
    }
    single_threaded_blas(const single_threaded_blas&) = delete;
    single_threaded_blas& operator=(const single_threaded_blas&) = delete;

 private:
    /// One for the process, as what it stands for.
    struct shared {
        std::mutex mutex;
        std::size_t holders = 0;
        int threads = 0;  ///< before the first holder
    };
    static shared& process() {
        static shared state;
        return state;
    }
};

}  // namespace bouillon::detail
