// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/guard_verdict.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/student_t.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

const document_domains web_and_code = {{"web", 3}, {"code", 5, 0}};

/// The verdict on code, of these differences to the reference there.
guard_verdict verdict_on(const std::vector<double>& differences, double allowed) {
    std::vector<double> losses = {9, 9, 9}, reference(3 + differences.size(), 1.0);
    for (const double difference : differences) losses.push_back(1 + difference);
    return guard_verdicts({{"code", allowed}}, {{"web", 3}, {"code", differences.size(), 0}}, losses, reference)[0];
}

}  // namespace

TEST_CASE("a guard is kept where the loss is at most what is allowed beyond doubt, by its own documents") {
    const std::vector<double> differences = {0.1, -0.2, 0.3, 0, 0.05};  // mean 0.05, standard error 0.0822
    const auto verdict = verdict_on(differences, 0.3);
    CHECK(verdict.state == guard_state::kept);
    CHECK(verdict.gain.gain == doctest::Approx(-0.05));
    CHECK(verdict.gain.documents == 5);
    const double t = 0.25 / verdict.gain.standard_error;
    CHECK(verdict.p_value == doctest::Approx(student_t_two_sided_p_value(t, 4) / 2));
    CHECK(verdict_on(differences, 0.2).state == guard_state::not_shown);
    CHECK(verdict_on(differences, 0.05 + 1e-9).state == guard_state::not_shown);
    CHECK(verdict_on(differences, 0.04).state == guard_state::broken);
    CHECK(verdict_on(differences, 0.04).p_value > 0.5);
}

TEST_CASE("at the quantile of one side the verdict turns") {
    const std::vector<double> differences = {0.1, -0.2, 0.3, 0, 0.05};
    const double margin = student_t_quantile(0.95, 4) * verdict_on(differences, 0).gain.standard_error;
    CHECK(verdict_on(differences, 0.05 + margin * (1 + 1e-9)).state == guard_state::kept);
    CHECK(verdict_on(differences, 0.05 + margin * (1 - 1e-9)).state == guard_state::not_shown);
}

TEST_CASE("where no test can be made the state is as measured") {
    CHECK(verdict_on({0.1}, 0.2).state == guard_state::kept);
    CHECK(verdict_on({0.1}, 0.05).state == guard_state::broken);
    CHECK(std::isnan(verdict_on({0.1}, 0.2).p_value));
    CHECK_FALSE(verdict_on({0.1}, 0.2).gain.testable());
    CHECK(verdict_on({0, 0, 0, 0}, 0).state == guard_state::kept);  // the reference itself
    CHECK(verdict_on({1, 1, 1}, 0.5).state == guard_state::broken);
}

TEST_CASE("each guard has a verdict, in their order, and all must be kept") {
    const std::vector<double> reference(8, 1.0);
    std::vector<double> losses = {0.9, 0.91, 0.89, 1.1, 1.1, 1.2, 1.1, 1};
    const auto both = guard_verdicts({{"code", 0}, {"web", 0}}, web_and_code, losses, reference);
    REQUIRE(both.size() == 2);
    CHECK(both[0].guard.domain == "code");
    CHECK(both[0].state == guard_state::broken);
    CHECK(both[1].state == guard_state::kept);
    CHECK_FALSE(all_kept(both));
    CHECK(all_kept(std::span(both).subspan(1)));
    CHECK(all_kept(guard_verdicts({}, {}, losses, reference)));
    CHECK_THROWS_AS(guard_verdicts({{"law"}}, web_and_code, losses, reference), input_error);
    CHECK_THROWS_AS(guard_verdicts({{"web"}}, web_and_code, losses, std::vector{1.0}), input_error);
}

TEST_CASE("a guard that is just broken is called kept no more often than the level") {
    std::size_t kept = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        auto engine = make_engine(seed);
        std::vector<double> differences(12);
        for (double& each : differences) each = 0.1 + 0.5 * normal(engine);
        if (verdict_on(differences, 0.1).state == guard_state::kept) ++kept;
    }
    CHECK(kept > 70);
    CHECK(kept < 130);  // 100 are expected, with a deviation of 10
}
