// SPDX-License-Identifier: Apache-2.0
// An acquisition of one's own: a formula over belief and state. Its gradient comes from the same text.
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/testing/acquisition.hpp>

#include <cstdio>

/// Looks far at first and close to the best later: a confidence bound whose width shrinks with the trials.
struct cooling_bound {
    double beta = 3;  // standard deviations, at the first trial

    template <class Real>
    Real operator()(Real mean, Real deviation, const bouillon::search_state& state) const {
        return mean + beta / (1 + 0.2 * static_cast<double>(state.trial)) * deviation;
    }
};
static_assert(bouillon::acquisition_formula<cooling_bound>);

/// The loss of a merge of two checkpoints, as if it had been measured: best at 0.7 of the newer one.
double loss_at(double newer) { return 2.8 + 0.4 * (newer - 0.7) * (newer - 0.7); }

template <class Acquisition>
void run(const char* name, Acquisition acquisition) {
    bouillon::bayesian_search search(bouillon::interval{.lower = 0, .upper = 1}, {.budget = 12}, acquisition);
    while (!search.done()) {
        const auto trial = search.suggest();
        search.observe(trial, loss_at(trial.point[0]));
    }
    std::printf("%s: %.1f of the newer checkpoint\n", name, search.recommendation().point[0]);
}

int main() {
    const auto broken = bouillon::to_lines(bouillon::acquisition_violations(cooling_bound{}));
    if (!broken.empty()) {
        std::fputs(broken.c_str(), stderr);
        return 1;
    }
    run("cooling bound", cooling_bound{});
    run("portfolio with LogEI", bouillon::gp_hedge<cooling_bound, bouillon::log_expected_improvement>{});
}
