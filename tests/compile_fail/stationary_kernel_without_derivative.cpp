// SPDX-License-Identifier: Apache-2.0
// expect: kernel\.derivative\(r2\)
#include <bouillon/kernel/concept.hpp>

struct rational {
    double operator()(double r2) const { return 1 / (1 + r2); }
};

static_assert(bouillon::stationary_kernel<rational>);
