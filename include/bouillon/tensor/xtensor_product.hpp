// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>

#include <complex>  // xflens forgets it

#ifndef HAVE_CBLAS
#    define HAVE_CBLAS 1  // as xtensor-blas sets it: without it xflens falls back to loops of its own
#endif
#include <xflens/cxxblas/cxxblas.cxx>

#include <cstddef>

namespace bouillon::detail {

/// The matrix product of `host_language_model` by xtensor-blas, over the BLAS that it binds.
///
///     C (m, n) = alpha op(A) (m, k) op(B) (k, n) + beta C
///
/// All matrices are row-major; a leading dimension is the distance between rows, in elements.
inline void xtensor_gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, float alpha,
                         const float* a, std::size_t lda, const float* b, std::size_t ldb, float beta, float* c,
                         std::size_t ldc) {
    cxxblas::gemm(cxxblas::RowMajor, transpose_a ? cxxblas::Trans : cxxblas::NoTrans,
                  transpose_b ? cxxblas::Trans : cxxblas::NoTrans, blas_size(m), blas_size(n), blas_size(k), alpha, a,
                  blas_size(lda), b, blas_size(ldb), beta, c, blas_size(ldc));
}

}  // namespace bouillon::detail
