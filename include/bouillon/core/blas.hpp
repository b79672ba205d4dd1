// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>  // xflens forgets it

#ifndef HAVE_CBLAS
#    define HAVE_CBLAS 1  // as xtensor-blas sets it: without it xflens falls back to loops of its own
#endif
#include <xflens/cxxblas/cxxblas.cxx>
#include <xflens/cxxlapack/cxxlapack.cxx>

#include <cassert>
#include <cstddef>
#include <limits>

extern "C" {
// OpenBLAS only; weak, so that another BLAS links too.
int openblas_get_num_threads() __attribute__((weak));
void openblas_set_num_threads(int) __attribute__((weak));
}

/// The few calls that bouillon makes to BLAS and LAPACK, for row-major matrices, over the bindings of xtensor-blas.
/// A leading dimension is the distance between rows, in elements.
namespace bouillon::detail {

inline int blas_size(std::size_t n) {
    assert(n <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(n);
}

/// C (m, n) = alpha op(A) (m, k) op(B) (k, n) + beta C.
template <class Real>
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, Real alpha, const Real* a,
          std::size_t lda, const Real* b, std::size_t ldb, Real beta, Real* c, std::size_t ldc) {
    cxxblas::gemm(cxxblas::RowMajor, transpose_a ? cxxblas::Trans : cxxblas::NoTrans,
                  transpose_b ? cxxblas::Trans : cxxblas::NoTrans, blas_size(m), blas_size(n), blas_size(k), alpha, a,
                  blas_size(lda), b, blas_size(ldb), beta, c, blas_size(ldc));
}

/// y = alpha op(A) x + beta y, where A is (m, n) as stored.
template <class Real>
void gemv(bool transpose, std::size_t m, std::size_t n, Real alpha, const Real* a, std::size_t lda, const Real* x,
          Real beta, Real* y) {
    cxxblas::gemv(cxxblas::RowMajor, transpose ? cxxblas::Trans : cxxblas::NoTrans, blas_size(m), blas_size(n), alpha,
                  a, blas_size(lda), x, 1, beta, y, 1);
}

/// Solves op(L) X = B in place for a lower triangular L (n, n) and B (n, columns).
template <class Real>
void solve_lower(bool transpose, std::size_t n, std::size_t columns, const Real* l, std::size_t ldl, Real* b,
                 std::size_t ldb) {
    cxxblas::trsm(cxxblas::RowMajor, cxxblas::Left, cxxblas::Lower, transpose ? cxxblas::Trans : cxxblas::NoTrans,
                  cxxblas::NonUnit, blas_size(n), blas_size(columns), Real{1}, l, blas_size(ldl), b, blas_size(ldb));
}

/// Solves op(L) x = b in place for a lower triangular L (n, n): several times faster than with a matrix of one column.
template <class Real>
void solve_lower(bool transpose, std::size_t n, const Real* l, std::size_t ldl, Real* b) {
    cxxblas::trsv(cxxblas::RowMajor, cxxblas::Lower, transpose ? cxxblas::Trans : cxxblas::NoTrans, cxxblas::NonUnit,
                  blas_size(n), l, blas_size(ldl), b, 1);
}

/// Replaces the lower triangle of a symmetric A (n, n) by its Cholesky factor; the strict upper triangle is untouched.
/// Returns false where A is not positive definite to working precision: the lower triangle is then of no use.
template <class Real>
[[nodiscard]] bool cholesky_lower(std::size_t n, Real* a, std::size_t lda) {
    return cxxlapack::potrf('U', blas_size(n), a, blas_size(lda)) == 0;  // a row-major lower is a column-major upper
}

/// Replaces a Cholesky factor L (n, n) by the lower triangle of (L L')^-1; the strict upper triangle is untouched.
template <class Real>
void inverse_from_cholesky_lower(std::size_t n, Real* l, std::size_t ldl) {
    cxxlapack::potri('U', blas_size(n), l, blas_size(ldl));
}

/// Holds OpenBLAS at one thread while it lives. Matrices of a surrogate are too small to share out, and scoring
/// shares out whole windows instead, which also keeps its results the same for any number of threads.
class single_threaded_blas {
 public:
    single_threaded_blas() : before_(openblas_get_num_threads ? openblas_get_num_threads() : 0) { set(1); }
    ~single_threaded_blas() { set(before_); }
    single_threaded_blas(const single_threaded_blas&) = delete;
    single_threaded_blas& operator=(const single_threaded_blas&) = delete;

 private:
    static void set(int threads) {
        if (openblas_set_num_threads && threads > 0) openblas_set_num_threads(threads);
    }
    int before_;
};

}  // namespace bouillon::detail
