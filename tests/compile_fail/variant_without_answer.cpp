// SPDX-License-Identifier: Apache-2.0
// expect: a variant must model comparable_variant
#include <bouillon/compare/compare.hpp>

/// It measures, and recommends nothing.
struct one_trial {
    std::string name() const { return "one trial"; }
    void run(const bouillon::box& space, const bouillon::trial_plan& plan,
             bouillon::measured_objective& measure) const {
        measure(space.point(plan.design[0]));
    }
};

const auto made = bouillon::compare(bouillon::objective<bouillon::box>{}, bouillon::variants{one_trial{}});
