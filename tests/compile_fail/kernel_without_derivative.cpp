// SPDX-License-Identifier: Apache-2.0
// expect: surrogate_kernel.*no operand of the disjunction is satisfied|kernel\.derivative\(r2\).*would be invalid
#include <bouillon/surrogate/gaussian_process.hpp>

struct exponential {
    double operator()(double r2) const { return 1 / (1 + r2); }
};

bouillon::gaussian_process<exponential> surrogate(2);
