// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/formula.hpp>
#include <bouillon/testing/acquisition.hpp>

#include "belief.hpp"
#include <check_laws.hpp>

/// Checks a formula's laws, and that its gradient over the space agrees with differences where the belief is known in
/// closed form.
template <class Formula>
void check_formula(const Formula& formula) {
    const closed_form_belief surrogate{.dimensions = 3};
    const bouillon::search_state state{.best = 1.2, .trial = 4, .dimension = 3};
    bouillon::random_engine engine = bouillon::make_engine(1);
    const auto prepared = bouillon::prepare(formula, surrogate, state, engine);
    check_laws(bouillon::prepared_violations(prepared, 3, {.values = 1e-13, .gradients = 1e-6}));
    check_laws(bouillon::acquisition_violations(formula));
}
