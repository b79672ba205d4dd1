// SPDX-License-Identifier: Apache-2.0
#include "choices/acquisition_choice.hpp"

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/log_knowledge_gradient.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/log_probability_of_improvement.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/merge_search/defaults.hpp>

#include "choices/any_acquisition.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

namespace {

template <class Prepared>
class wrapped_prepared final : public any_prepared {
 public:
    explicit wrapped_prepared(const Prepared& prepared) : prepared_(&prepared) {}

    void evaluate(std::span<const double> points, std::span<double> values) const override {
        prepared_->evaluate(points, values);
    }
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const override {
        return prepared_->evaluate_gradient(point, gradient);
    }
    bool nonnegative() const override { return bouillon::detail::says_nonnegative(*prepared_); }

 private:
    const Prepared* prepared_;
};

template <class Acquisition>
class wrapped final : public any_acquisition::interface {
 public:
    explicit wrapped(Acquisition acquisition) : acquisition_(std::move(acquisition)) {}

    std::unique_ptr<interface> copy() const override { return std::make_unique<wrapped>(*this); }
    std::string name() const override { return bouillon::name_of(acquisition_); }

    std::vector<double> choose(const any_surrogate& surrogate, const bouillon::search_state& state,
                               bouillon::random_engine& engine, const any_acquisition::maximizer& maximize) override {
        const auto maximize_one = [&]<class Prepared>(const Prepared& prepared) {
            return maximize(wrapped_prepared<Prepared>(prepared));
        };
        if constexpr (bouillon::acquisition_portfolio<Acquisition, any_surrogate>)
            return acquisition_.choose(surrogate, state, engine, maximize_one);
        else
            return maximize_one(bouillon::prepare(acquisition_, surrogate, state, engine));
    }

 private:
    Acquisition acquisition_;
};

template <class Acquisition>
any_acquisition make() {
    return any_acquisition(std::make_unique<wrapped<Acquisition>>(Acquisition{}));
}

using hedge = bouillon::gp_hedge<bouillon::expected_improvement, bouillon::probability_of_improvement,
                                 bouillon::upper_confidence_bound>;

any_acquisition make_paper_hedge() {
    return any_acquisition(std::make_unique<wrapped<hedge>>(hedge(bouillon::paper_hedge_policy)));
}

constexpr std::array choices = {
    acquisition_choice{"auto", make<bouillon::default_merge_acquisition>},
    acquisition_choice{"log-nei", make<bouillon::log_noisy_expected_improvement>},
    acquisition_choice{"improvement-or-knowledge", make<bouillon::improvement_or_knowledge>},
    acquisition_choice{"knowledge-gradient", make<bouillon::log_knowledge_gradient>},
    acquisition_choice{"log-ei", make<bouillon::log_expected_improvement>},
    acquisition_choice{"ei", make<bouillon::expected_improvement>},
    acquisition_choice{"log-pi", make<bouillon::log_probability_of_improvement>},
    acquisition_choice{"pi", make<bouillon::probability_of_improvement>},
    acquisition_choice{"ucb", make<bouillon::upper_confidence_bound>},
    acquisition_choice{"thompson", make<bouillon::thompson_sampling>},
    acquisition_choice{"gp-hedge", make<hedge>},
};

constexpr acquisition_choice paper{"gp-hedge, the paper's", make_paper_hedge};

}  // namespace

std::span<const acquisition_choice> acquisition_choices() { return choices; }

const acquisition_choice& default_acquisition() {
    const auto named = acquisition_choices().subspan(1);
    return *std::ranges::find(named, &make<bouillon::default_merge_acquisition>, &acquisition_choice::make);
}

const acquisition_choice& paper_acquisition() { return paper; }
