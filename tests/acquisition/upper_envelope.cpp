// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/upper_envelope.hpp>

#include <bouillon/core/random.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using detail::belief_line;

namespace {

std::vector<belief_line> random_lines(std::size_t count, std::uint64_t seed) {
    auto engine = make_engine(seed);
    std::vector<belief_line> lines(count);
    for (std::size_t i = 0; i < count; ++i) lines[i] = {normal(engine), 0.5 * normal(engine), i};
    return lines;
}

double highest(const std::vector<belief_line>& lines, double z) {
    double result = -INFINITY;
    for (const auto& line : lines) result = std::max(result, line.height + line.slope * z);
    return result;
}

/// E[max of the lines], by the trapezoidal rule, which is exact to 1e-6 here.
double expected_maximum(const std::vector<belief_line>& lines) {
    double sum = 0;
    for (double z = -9; z < 9; z += 1e-3) sum += 1e-3 * highest(lines, z) * normal_pdf(z);
    return sum;
}

double log_rise(std::vector<belief_line> lines, double baseline) {
    detail::keep_upper_envelope(lines);
    return detail::log_expected_rise(lines, baseline);
}

}  // namespace

TEST_CASE("the envelope is as high as all lines together, and every line of it is needed") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto all = random_lines(30, seed);
        auto envelope = all;
        detail::keep_upper_envelope(envelope);
        for (double z = -20; z < 20; z += 0.01) CHECK(highest(envelope, z) == doctest::Approx(highest(all, z)));
        for (std::size_t i = 0; i + 1 < envelope.size(); ++i) CHECK(envelope[i].slope < envelope[i + 1].slope);
        for (std::size_t i = 0; i + 2 < envelope.size(); ++i) {  // at the corner of its neighbours it is above them
            const auto &a = envelope[i], &b = envelope[i + 1], &c = envelope[i + 2];
            const double z = (a.height - c.height) / (c.slope - a.slope);
            CHECK(b.height + b.slope * z > a.height + a.slope * z);
        }
    }
}

TEST_CASE("lines of one slope leave the highest of them") {
    std::vector<belief_line> lines = {{1, 0.5, 0}, {3, 0.5, 1}, {2, 0.5, 2}, {-9, 0.4, 3}};
    detail::keep_upper_envelope(lines);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].place == 3);
    CHECK(lines[1].place == 1);
}

TEST_CASE("the expected rise is the integral over the lines' maximum") {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const auto lines = random_lines(12, seed);
        const double best = highest(lines, 0);
        CHECK(log_rise(lines, best) == doctest::Approx(std::log(expected_maximum(lines) - best)).epsilon(1e-4));
        CHECK(log_rise(lines, best - 0.7) ==
              doctest::Approx(std::log(expected_maximum(lines) - best + 0.7)).epsilon(1e-4));
    }
}

TEST_CASE("a rise that underflows has a logarithm, and none has minus infinity") {
    CHECK(log_rise({{0, 0, 0}, {-50, 1, 1}}, 0) == doctest::Approx(log_h(-50.0)).epsilon(1e-14));
    CHECK(log_rise({{0, 1, 0}, {-5, 1, 1}}, 0) == -INFINITY);
}

TEST_CASE("derivatives by heights and slopes agree with central differences") {
    for (std::uint64_t seed = 0; seed < 10; ++seed)
        for (const double gap : {0.0, 0.3}) {
            auto envelope = random_lines(12, seed);
            const double baseline = highest(envelope, 0) - gap;
            detail::keep_upper_envelope(envelope);
            std::vector<belief_line> by_line(envelope.size());
            detail::log_expected_rise(envelope, baseline, by_line);
            for (std::size_t i = 0; i < envelope.size(); ++i) {
                const auto moved = [&](double height, double slope) {
                    auto lines = envelope;
                    lines[i].height += height;
                    lines[i].slope += slope;
                    return detail::log_expected_rise(lines, baseline);
                };
                if (gap > 0 || envelope[i].height < baseline)  // at the baseline itself there is a kink
                    CHECK(by_line[i].height ==
                          doctest::Approx((moved(1e-6, 0) - moved(-1e-6, 0)) / 2e-6).epsilon(1e-6));
                CHECK(by_line[i].slope == doctest::Approx((moved(0, 1e-6) - moved(0, -1e-6)) / 2e-6).epsilon(1e-6));
            }
        }
}
