// SPDX-License-Identifier: Apache-2.0
// What must hold for whole searches, whatever the acquisition.
#include <bouillon/search/bayesian_search.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/log_probability_of_improvement.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/schedule.hpp>

#include "objectives.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const box branin_box{{-5, 0}, {10, 15}};

using hedge = gp_hedge<log_expected_improvement, probability_of_improvement, upper_confidence_bound>;

/// Asks for each acquisition that suggests by the standardised belief.
template <class Check>
void for_each_acquisition(const Check& check) {
    check(improvement_or_knowledge{});
    check(log_noisy_expected_improvement{});
    check(log_knowledge_gradient{});
    check(log_expected_improvement{});
    check(expected_improvement{});
    check(upper_confidence_bound{});
    check(probability_of_improvement{});
    check(log_probability_of_improvement{});
    check(thompson_sampling{});
    check(hedge{});
}

/// What rounding may come to in unit coordinates: fits magnify it, and most of all the drawing of a path through a
/// covariance that is hardly regular.
template <class Acquisition>
constexpr double rounding = std::is_same_v<Acquisition, thompson_sampling> ? 1e-3 : 1e-5;

struct loss_scale {
    double factor = 1, shift = 0;
};

/// Suggestions of a search whose losses are factor * (noisy Branin), one of them a failure.
template <class Acquisition>
std::vector<std::vector<double>> suggestions(const Acquisition& acquisition, bool known_noise, double factor) {
    bayesian_search search(branin_box, {.budget = 14}, acquisition);
    random_engine engine = make_engine(10000);
    std::vector<std::vector<double>> points;
    while (!search.done()) {
        const trial next = search.suggest();
        points.push_back(next.unit_point);
        const double loss = branin(next.point) + 2 * normal(engine);
        if (next.ticket == 6)
            search.fail(next);
        else
            search.observe(next, factor * loss, known_noise ? 4 * factor * factor : unknown);
    }
    return points;
}

/// A box that has its unit point's two coordinates the other way round.
struct swapped_box {
    box straight;

    static std::vector<double> swapped(std::span<const double> x) { return {x[1], x[0]}; }

    std::size_t dimension() const { return 2; }
    void project(std::span<double> unit_point) const { straight.project(unit_point); }
    std::size_t cube_dimension() const { return 2; }
    std::vector<double> from_cube(std::span<const double> cube_point) const { return swapped(cube_point); }
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        auto design = straight.initial_design(n, engine);
        for (auto& unit_point : design) unit_point = swapped(unit_point);
        return design;
    }
    std::vector<double> point(std::span<const double> unit_point) const { return straight.point(swapped(unit_point)); }
    std::vector<double> unit_point(std::span<const double> point) const { return swapped(straight.unit_point(point)); }
};

}  // namespace

TEST_CASE("scaling losses by a power of two leaves every suggestion as it is, bit for bit") {
    for_each_acquisition([](const auto& acquisition) {
        for (const bool known_noise : {true, false}) {
            const auto run = [&](double factor) { return suggestions(acquisition, known_noise, factor); };
            const auto plain = run(1);
            for (const double factor : {0x1p-20, 0x1p-1, 0x1p+20}) CHECK(run(factor) == plain);
        }
    });
}

TEST_CASE("after the same trials, scaled and shifted losses change the next suggestion by rounding only") {
    for_each_acquisition([]<class Acquisition>(const Acquisition& acquisition) {
        for (const loss_scale& scale : {loss_scale{1e-6, 0}, {1e6, 0}, {1, 100}, {1e-3, -7}}) {
            CAPTURE(scale.factor);
            bayesian_search plain(branin_box, {.budget = 16}, acquisition);
            bayesian_search scaled(branin_box, {.budget = 16}, acquisition);
            random_engine engine = make_engine(10000);
            while (!plain.done()) {
                const trial next = plain.suggest();
                auto asked = scaled;
                CHECK(distance(asked.suggest().unit_point, next.unit_point) < rounding<Acquisition>);
                scaled.replay(next);  // so that what rounding did to one trial is not what the next one starts from
                const double loss = branin(next.point) + 2 * normal(engine);
                plain.observe(next, loss, 4);
                scaled.observe(next, scale.factor * loss + scale.shift, 4 * scale.factor * scale.factor);
            }
        }
    });
}

TEST_CASE("after the same trials, swapped coordinates swap the next suggestion") {
    for_each_acquisition([]<class Acquisition>(const Acquisition& acquisition) {
        bayesian_search straight(branin_box, {.budget = 14}, acquisition);
        bayesian_search swapped(swapped_box{branin_box}, {.budget = 14}, acquisition);
        while (!straight.done()) {
            const trial next = straight.suggest();
            auto asked = swapped;
            const trial other{next.ticket, swapped_box::swapped(next.unit_point), next.point, {}};
            CHECK(distance(asked.suggest().unit_point, other.unit_point) < rounding<Acquisition>);
            swapped.replay(other);
            straight.observe(next, branin(next.point), 1);
            swapped.observe(other, branin(next.point), 1);
        }
    });
}

TEST_CASE("losses that are no numbers, and points observed again and again, never make a suggestion or an answer NaN") {
    const auto finite = [](const std::vector<double>& numbers) {
        return std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); });
    };
    for_each_acquisition([&](const auto& acquisition) {
        for (const double variance : {0.0, 1.0, unknown}) {
            CAPTURE(variance);
            bayesian_search search(branin_box, {.budget = 24}, acquisition);
            while (!search.done()) {
                const std::size_t t = search.history().size();
                const trial next = t % 3 == 2 ? search.repeat(search.history()[t / 6].trial) : search.suggest();
                REQUIRE(finite(next.unit_point));
                const double loss = t % 8 == 3 ? NAN : t % 8 == 4 ? -INFINITY : t % 8 == 6 ? INFINITY : 0;
                search.observe(next, loss + branin(next.point), variance);
            }
            CHECK(search.history().count(trial_status::failed) == 9);
            const auto best = search.recommendation();
            CHECK(std::isfinite(best.loss));
            CHECK(std::isfinite(best.standard_error));
            CHECK(std::isfinite(search.history()[*best.ticket].observation.loss));
        }
    });
}

TEST_CASE("no merge is suggested twice where many points would give the same") {
    const schedule space{.checkpoints = 6};
    bayesian_search search(space, {.budget = 25, .known = {{.point = {1, 1, 1, 0}, .loss = 0, .variance = 0}}});
    std::vector<std::vector<double>> tried = {{0, 0, 0, 0, 0, 1}};
    while (!search.done()) {
        const trial next = search.suggest();
        CHECK(std::ranges::find(tried, next.merge_weights) == tried.end());
        tried.push_back(next.merge_weights);
        double age = 0;  // the newest checkpoint is the best merge, so everything draws the search to a window of 1
        for (std::size_t k = 0; k < 6; ++k) age += static_cast<double>(5 - k) * std::abs(next.merge_weights[k]);
        search.observe(next, 0.01 * age);
    }
}
