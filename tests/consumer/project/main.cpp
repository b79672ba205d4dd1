// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/blas.hpp>
#include <bouillon/core/dtype.hpp>

#include <thrust/version.h>

#include <vector>

int main() {
    std::vector<double> a = {4, 2, 2, 5};  // (2, 2)
    return bouillon::detail::cholesky_lower<double>(2, a.data(), 2) && a[0] == 2 && a[2] == 1 ? 0 : 1;
}
