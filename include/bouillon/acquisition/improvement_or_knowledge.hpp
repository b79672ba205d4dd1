// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/log_knowledge_gradient.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/plausible_best.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>

#include <span>
#include <string>
#include <utility>
#include <variant>

namespace bouillon {

/// What `improvement_or_knowledge` prepares: one of the two.
template <joint_surrogate Surrogate>
class prepared_improvement_or_knowledge {
 public:
    /// What is held: the one or the other.
    using either = std::variant<prepared_noisy_improvement<Surrogate>, prepared_knowledge_gradient<Surrogate>>;

    /// Takes what is prepared already.
    explicit prepared_improvement_or_knowledge(either prepared) : prepared_(std::move(prepared)) {}

    void evaluate(std::span<const double> points, std::span<double> values) const {
        std::visit([&](const auto& prepared) { prepared.evaluate(points, values); }, prepared_);
    }

    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        return std::visit([&](const auto& prepared) { return prepared.evaluate_gradient(point, gradient); }, prepared_);
    }

    /// Whether it is the knowledge gradient.
    bool is_knowledge() const { return prepared_.index() == 1; }

 private:
    either prepared_;
};

/// The knowledge gradient where noise leaves the best score in doubt; the expected improvement where it does not, and
/// while other trials are out, which it keeps away from.
///
/// Either is the expected gain of recommending after a trial rather than before it: with noise any point of the space
/// may be recommended, without noise the best trial is.
struct improvement_or_knowledge {
    static constexpr bool logarithmic = true;

    log_noisy_expected_improvement improvement = {};  ///< without noise, and while trials are out
    log_knowledge_gradient knowledge = {};            ///< under noise

    template <joint_surrogate Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, random_engine& engine) const {
        return prepare(surrogate, state, {}, engine);
    }

    /// Makes it ready while other trials are out.
    /// @param surrogate what it returns refers to it
    /// @param state of the search
    /// @param pending (p, dimension), unit points of the trials that are out
    /// @param engine for the draws
    template <joint_surrogate Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, std::span<const double> pending,
                 random_engine& engine) const {
        using prepared = prepared_improvement_or_knowledge<Surrogate>;
        if (pending.empty() && noise_leaves_doubt(surrogate))
            return prepared(knowledge.prepare(surrogate, state, engine));
        return prepared(improvement.prepare(surrogate, state, pending, engine));
    }

    /// Both parts' own.
    void check() const {
        improvement.check();
        knowledge.check();
    }

    std::string name() const { return "improvement_or_knowledge"; }
};

}  // namespace bouillon
