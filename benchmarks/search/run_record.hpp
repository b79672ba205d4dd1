// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "problem.hpp"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What a system made of one problem.
struct run_record {
    std::string system;
    std::string function;
    std::string noise;
    std::uint64_t seed = 0;
    std::size_t initial = 0;              // points of the design
    double design_range = 0;              // largest less smallest value of the design, without noise
    std::vector<double> trajectory;       // (budget), regret of the best point evaluated so far, without noise
    double recommended = 0;               // regret of the recommended point, without noise
    std::vector<double> suggest_seconds;  // (budget - initial), CPU

    double regret() const { return trajectory.back(); }

    /// Mean of log10 regret from the end of the design on; below 1e-12 it counts as that.
    double area() const {
        const std::size_t first = initial > 0 ? initial - 1 : 0;
        double sum = 0;
        for (std::size_t i = first; i < trajectory.size(); ++i) sum += std::log10(std::max(trajectory[i], 1e-12));
        return sum / static_cast<double>(trajectory.size() - first);
    }

    /// Evaluations until the regret is a hundredth of the design's range of values; nothing when it never is.
    std::optional<std::size_t> evaluations_to_hundredth() const {
        const auto found = std::find_if(trajectory.begin(), trajectory.end(),
                                        [&](double regret) { return regret <= 0.01 * design_range; });
        if (found == trajectory.end()) return {};
        return static_cast<std::size_t>(found - trajectory.begin()) + 1;
    }

    double mean_suggest_seconds() const {
        double sum = 0;
        for (const double seconds : suggest_seconds) sum += seconds;
        return suggest_seconds.empty() ? 0 : sum / static_cast<double>(suggest_seconds.size());
    }
};

inline nlohmann::ordered_json to_json(const run_record& run) {
    const auto reached = run.evaluations_to_hundredth();
    return {{"system", run.system},
            {"function", run.function},
            {"noise", run.noise},
            {"seed", run.seed},
            {"budget", run.trajectory.size()},
            {"regret", run.regret()},
            {"recommended_regret", run.recommended},
            {"area", run.area()},
            {"evaluations_to_hundredth", reached ? nlohmann::ordered_json(*reached) : nlohmann::ordered_json()},
            {"cpu_per_suggestion", run.mean_suggest_seconds()},
            {"trajectory", run.trajectory}};
}

/// Evaluates a problem's function, adds its noise, and keeps the score.
class evaluation {
 public:
    evaluation(const problem& given, std::string system, std::string noise, double deviation)
        : problem_(&given), deviation_(deviation) {
        record_.system = std::move(system);
        record_.function = given.function->name;
        record_.noise = std::move(noise);
        record_.seed = given.seed;
        record_.initial = given.design.size();
    }

    /// The noisy loss at a point.
    double operator()(std::span<const double> point) {
        const double value = problem_->function->value(point);
        const std::size_t count = record_.trajectory.size();
        smallest_ = std::min(smallest_, value);
        largest_ = count < record_.initial ? std::max(largest_, value) : largest_;
        if (count < record_.initial) record_.design_range = largest_ - smallest_;
        record_.trajectory.push_back(regret_of(smallest_));
        return value + deviation_ * problem_->normals[count];
    }

    void add_suggest_seconds(double seconds) {
        if (record_.trajectory.size() >= record_.initial) record_.suggest_seconds.push_back(seconds);
    }

    run_record finish(std::span<const double> recommended_point) {
        record_.recommended = regret_of(problem_->function->value(recommended_point));
        return std::move(record_);
    }

 private:
    double regret_of(double value) const { return std::max(value - problem_->function->minimum, 0.0); }

    const problem* problem_;
    double deviation_;
    double smallest_ = INFINITY, largest_ = -INFINITY;
    run_record record_;
};
