// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/compared_run.hpp>
#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/trial_plan.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <cmath>
#include <cstddef>
#include <ctime>
#include <exception>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace bouillon {

namespace detail {

/// CPU time of the calling thread.
inline double thread_cpu_seconds() {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace detail

/// An objective as a variant sees it: each call is a trial, whose loss has the plan's noise. It keeps the score.
///
/// What a variant computes between two calls counts as the time of its suggestion.
class measured_objective {
 public:
    /// @param value,plan outlive this
    /// @param run whose objective, variant and minimum are filled in
    measured_objective(const std::function<double(std::span<const double>)>& value, const trial_plan& plan,
                       compared_run run)
        : value_(&value), plan_(&plan), run_(std::move(run)), resumed_(detail::thread_cpu_seconds()) {
        run_.budget = plan.budget;
        run_.seed = plan.seed;
        run_.first_points = plan.design.size();
    }

    /// The measured loss at a point (d) of the space; NaN where the objective throws or gives no number.
    ///
    /// @throws work_error when the budget is spent
    double operator()(std::span<const double> point) {
        const double spent = detail::thread_cpu_seconds() - resumed_;
        const std::size_t trial = run_.losses.size();
        if (trial == run_.budget) throw work_error("more trials than the budget of " + to_string(run_.budget));
        if (trial >= run_.first_points) run_.suggest_seconds.push_back(spent);
        run_.losses.push_back(loss_at(point));
        resumed_ = detail::thread_cpu_seconds();
        return run_.losses.back() + run_.noise * plan_->normals[trial];
    }

    /// Ends the run with the point that is recommended.
    compared_run finish(std::span<const double> recommended_point) {
        run_.recommended = loss_at(recommended_point);
        return std::move(run_);
    }

    /// Ends the run without an answer.
    compared_run fail(std::string reason) {
        run_.failure = std::move(reason);
        return std::move(run_);
    }

    /// Points that were measured.
    std::size_t trials() const { return run_.losses.size(); }

 private:
    double loss_at(std::span<const double> point) const {
        try {
            const double loss = (*value_)(point);
            return std::isfinite(loss) ? loss : std::numeric_limits<double>::quiet_NaN();
        } catch (const std::exception&) {
            return std::numeric_limits<double>::quiet_NaN();  // a trial that failed, as in any search
        }
    }

    const std::function<double(std::span<const double>)>* value_;
    const trial_plan* plan_;
    compared_run run_;
    double resumed_;  // seconds of CPU, when the last trial ended
};

}  // namespace bouillon
