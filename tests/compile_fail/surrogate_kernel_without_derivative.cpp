// SPDX-License-Identifier: Apache-2.0
// expect: kernel\.derivative\(r2\)
#include <bouillon/surrogate/gaussian_process.hpp>

struct rational {
    double operator()(double r2) const { return 1 / (1 + r2); }
};

bouillon::gaussian_process surrogate(2, rational{});
