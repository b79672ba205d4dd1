// SPDX-License-Identifier: Apache-2.0
// expect: score\(parameters, held_out\)
#include <bouillon/score/concept.hpp>

struct mean_only {
    double operator()(int, int) const { return 1; }
};

static_assert(bouillon::document_loss<mean_only, int, int>);
