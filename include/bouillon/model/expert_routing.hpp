// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace bouillon {

/// Which tokens each expert takes, and what its answer is multiplied by.
struct expert_routing {
    std::vector<std::size_t> offsets = {0};  ///< (experts + 1), of each expert in the two below
    std::vector<std::int32_t> rows;          ///< tokens, in order within an expert
    std::vector<float> factors;              ///< dimensionless
};

namespace detail {

/// Chooses one token's experts.
class token_router {
 public:
    /// @param correction (experts), or empty
    token_router(const expert_settings& settings, std::span<const float> correction)
        : settings_(settings),
          correction_(correction),
          scores_(settings.count),
          ranks_(settings.count),
          order_(settings.count) {}

    /// @param logits (experts)
    /// @param take is called with (expert, factor) of each that is chosen
    template <class Take>
    void route(std::span<const float> logits, const Take& take) {
        score(logits);
        choose();
        const auto chosen = std::span(order_).first(settings_.chosen);
        double sum = 0;
        for (const std::size_t expert : chosen) sum += scores_[expert];
        const bool shares = settings_.renormalised || settings_.score == expert_settings::scores::chosen_softmax;
        const double divisor = shares ? sum + std::numeric_limits<float>::min() : 1;
        for (const std::size_t expert : chosen)
            take(expert, static_cast<float>(scores_[expert] / divisor * settings_.factor));
    }

 private:
    /// Scores, and what they are ranked by.
    void score(std::span<const float> logits) {
        const double largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
        double sum = 0;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const auto logit = static_cast<double>(logits[i]);
            const bool sigmoid = settings_.score == expert_settings::scores::sigmoid;
            sum += scores_[i] = sigmoid ? 1 / (1 + std::exp(-logit)) : std::exp(logit - largest);
        }
        if (settings_.score == expert_settings::scores::softmax)
            for (double& each : scores_) each /= sum;
        ranks_ = scores_;
        for (std::size_t i = 0; i < correction_.size(); ++i) ranks_[i] += static_cast<double>(correction_[i]);
    }

    void choose() {
        if (settings_.groups > settings_.chosen_groups) leave_out_groups();
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::partial_sort(
            order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(settings_.chosen), order_.end(),
            [&](std::size_t a, std::size_t b) { return ranks_[a] > ranks_[b] || (ranks_[a] == ranks_[b] && a < b); });
    }

    void leave_out_groups() {
        const std::size_t size = settings_.count / settings_.groups;
        std::vector<double> bests;  // (groups)
        for (std::size_t group = 0; group < settings_.groups; ++group) {
            std::vector<double> ranks(ranks_.begin() + static_cast<std::ptrdiff_t>(group * size),
                                      ranks_.begin() + static_cast<std::ptrdiff_t>((group + 1) * size));
            std::sort(ranks.begin(), ranks.end(), std::greater<>());
            const bool two = settings_.group_by == expert_settings::group_score::two_largest && size > 1;
            bests.push_back(two ? ranks[0] + ranks[1] : ranks[0]);
        }
        auto sorted = bests;
        std::sort(sorted.begin(), sorted.end(), std::greater<>());
        const double least = sorted[settings_.chosen_groups - 1];
        std::size_t kept = 0;
        for (std::size_t group = 0; group < settings_.groups; ++group) {
            if (bests[group] >= least && kept++ < settings_.chosen_groups) continue;
            std::fill_n(ranks_.begin() + static_cast<std::ptrdiff_t>(group * size), size,
                        -std::numeric_limits<double>::infinity());
        }
    }

    const expert_settings& settings_;
    std::span<const float> correction_;
    std::vector<double> scores_, ranks_;  // (experts)
    std::vector<std::size_t> order_;      // (experts), the best first as far as they are chosen
};

}  // namespace detail

/// Shares tokens out to experts.
///
/// Source: the routers of Hugging Face transformers 5.24 (OLMoE, Mixtral, Qwen 3 MoE, DeepSeek V2 and V3, gpt-oss).
/// @param settings of the experts
/// @param logits (tokens, experts)
/// @param correction (experts), what is added to the scores for the choice alone; or empty
inline expert_routing route_to_experts(const expert_settings& settings, std::span<const float> logits,
                                       std::span<const float> correction) {
    struct choice {
        std::size_t expert;
        float factor;
    };
    const std::size_t tokens = logits.size() / settings.count;
    std::vector<choice> choices;                             // (tokens, chosen)
    std::vector<std::size_t> places(settings.count + 1, 0);  // (experts + 1)
    detail::token_router router(settings, correction);
    for (std::size_t token = 0; token < tokens; ++token)
        router.route(logits.subspan(token * settings.count, settings.count), [&](std::size_t expert, float factor) {
            choices.push_back({expert, factor});
            ++places[expert + 1];
        });
    std::partial_sum(places.begin(), places.end(), places.begin());
    expert_routing routing{places, std::vector<std::int32_t>(choices.size()), std::vector<float>(choices.size())};
    for (std::size_t i = 0; i < choices.size(); ++i) {
        const std::size_t place = places[choices[i].expert]++;
        routing.rows[place] = static_cast<std::int32_t>(i / settings.chosen);
        routing.factors[place] = choices[i].factor;
    }
    return routing;
}

}  // namespace bouillon
