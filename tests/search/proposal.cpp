// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/proposal.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

/// A search on [0, 1] that has tried five points of a parabola with its maximum at 0.6.
struct tried {
    detail::ledger book{search_options{}};
    gaussian_process<> model = gaussian_process<>(1);

    tried() {
        for (std::size_t i = 0; i < 5; ++i) {
            const double x = 0.25 * static_cast<double>(i);
            book.suggest({i, {x}, {x}, {}});
            book.observe(book.trials()[i].trial, std::pow(x - 0.6, 2), 0);
        }
        const auto data = book.learned();
        model.fit(data.points, data.scores, data.variances);
    }

    template <class Acquisition>
    detail::proposal propose(Acquisition acquisition, function_ref<bool(std::span<const double>)> allow = anywhere) {
        const interval space{.lower = 0, .upper = 1};
        random_engine engine = make_engine(3);
        const detail::proposer<interval, Acquisition> proposer{space, acquisition, book, engine};
        return proposer(model, book.learned(), allow);
    }
};

}  // namespace

TEST_CASE("a proposal's improvement is the expected improvement there, whatever acquisition proposed it") {
    const auto check_gain = [](const auto& acquisition) {
        tried search;
        const auto next = search.propose(acquisition);
        const auto belief = search.model.predict(next.unit_point);
        const double best = search.model.standardisation()(-0.01);
        const search_state state{.best = best};
        CHECK(next.improvement > 0);
        CHECK(next.improvement ==
              doctest::Approx(expected_improvement{}(belief.mean, std::sqrt(belief.variance), state)));
    };
    check_gain(log_expected_improvement{});
    check_gain(expected_improvement{});
    check_gain(upper_confidence_bound{});
    check_gain(log_noisy_expected_improvement{});
    check_gain(gp_hedge<expected_improvement, upper_confidence_bound>{});
}

TEST_CASE("a proposal is where the acquisition is largest of what is allowed") {
    tried search;
    CHECK(search.propose(expected_improvement{}).unit_point[0] == doctest::Approx(0.6).epsilon(0.05));
    const auto beyond = [](std::span<const double> point) { return point[0] > 0.8; };
    CHECK(search.propose(expected_improvement{}, beyond).unit_point[0] > 0.8);
}

TEST_CASE("pending trials are believed where the acquisition takes no account of them") {
    tried search;
    search.book.suggest({5, {0.6}, {0.6}, {}});
    search.propose(log_noisy_expected_improvement{});
    CHECK(search.model.size() == 5);
    const double before = search.model.predict(std::vector{0.6}).variance;
    search.propose(expected_improvement{});
    CHECK(search.model.size() == 6);
    CHECK(search.model.predict(std::vector{0.6}).variance < 0.1 * before);
}
