// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/compare/variants.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/trended.hpp>
#include <bouillon/search/search_options.hpp>

#include "acquisition_choice.hpp"
#include "trials_out.hpp"

#include <cstddef>
#include <string>

/// How our search is set up, by names from the command line.
struct search_choice {
    std::string acquisition = "default";
    std::string kernel = "default";
    bool elsewhere = true;  // whether it climbs elsewhere once it has converged
    bool random = false;    // random search instead
    std::size_t out = 1;    // trials at a time
};

/// Calls `visit` with the variant that is chosen.
template <class Visit>
auto visit_variant(const search_choice& choice, Visit visit) {
    using bouillon::search_variant, bouillon::squared_exponential;
    bouillon::search_options options;
    options.climbs.elsewhere = choice.elsewhere;
    if (choice.random) return visit(bouillon::random_search{});
    const auto visit_out = [&](const auto& variant) { return visit(trials_out{variant, choice.out}); };
    if (choice.kernel == "se")
        return visit_out(search_variant<any_acquisition, squared_exponential>{
            {}, make_acquisition(choice.acquisition), {}, options});
    if (choice.acquisition == "default") return visit_out(search_variant<>{{}, {}, {}, options});
    if (choice.acquisition == "gp-hedge") return visit_out(search_variant<hedge>{{}, hedge{}, {}, options});
    return visit_out(search_variant<any_acquisition>{{}, make_acquisition(choice.acquisition), {}, options});
}
