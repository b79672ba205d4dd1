// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/student_t.hpp>
#include <bouillon/merge_search/document_order.hpp>
#include <bouillon/merge_search/measured_merges.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/document_regression.hpp>
#include <bouillon/search/domain_guard.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/paired.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// How a race decides.
struct racing_options {
    std::size_t first = 0;  ///< documents of the first stage; 0: a sixteenth of them, but at least 3 of each domain
    double share = 0.25;    ///< of the documents' own variance: a trial's sampling variance below it is small enough,
                            ///< since the surrogate smooths over trials
    double choice_share = 0.15;  ///< the same where one comparison decides: among the candidates of a baseline
    double confidence = 0.975;   ///< with which a merge that stops early is worse than the leader, over all its stages
    std::uint64_t seed = 1;      ///< of the order of the documents
};

/// Refuses numbers by which no race decides.
///
/// @throws input_error that names the option and its value
inline void check(const racing_options& options) {
    const auto require = [](bool usable, std::string_view option, double value, std::string_view must_be) {
        detail::require_option(usable, "racing", option, value, must_be);
    };
    require(options.share >= 0, "share", options.share, "0 or more");
    require(options.choice_share >= 0, "choice_share", options.choice_share, "0 or more");
    require(options.confidence > 0 && options.confidence < 1, "confidence", options.confidence, "between 0 and 1");
}

/// What is known of a merge's loss while it races.
struct raced_loss {
    completed_losses completed;  ///< on all documents
    loss_estimate difference;    ///< over all documents, of the loss to the reference's; its variance is the documents'
                                 ///< own, as if all had been scored, and that of sampling them
    std::size_t documents = 0;   ///< scored
    std::vector<loss_estimate> domains = {};       ///< (domains), the same of each, in its own unit
    std::vector<loss_estimate> guard_losses = {};  ///< (guards), those of the guards' domains
};

/// Decides on how many documents a merge is scored.
///
/// They are taken in one order drawn beforehand (merge_search/document_order.hpp), so that every merge is scored on the
/// first n of it: stages are nested, and any two merges are compared on the same documents. Documents of a domain
/// without weight or guard are not scored. After a stage a merge goes on unless
///
///     difference - leader's > t sqrt(v + leader's v),   v: the sampling variances        it cannot win, or
///     v <= share * variance of the difference over documents                             it is known well enough.
///
/// A merge is looked at after every stage, and each look may be wrong, so t is the quantile at which all looks together
/// are wrong no more often than 1 - confidence (Bonferroni: each has its part of that, for the most stages there can
/// be). With all documents in the first stage every merge is scored in full, as without a race.
/// Reference: Maron and Moore (1994), "Hoeffding races", where the level is divided likewise; Birattari et al. (2002),
/// "A racing algorithm for configuring metaheuristics".
class document_race {
 public:
    /// @param reference_weights (checkpoints), of the newest checkpoint
    /// @param reference_losses (documents), its losses, nats per token
    /// @param options how it decides
    /// @param domains of the documents; none: all are of one
    /// @param guards of domains, which the leader keeps
    /// @throws input_error for options, domains and guards that `check` refuses
    document_race(const std::vector<double>& reference_weights, std::vector<double> reference_losses,
                  racing_options options = {}, document_domains domains = {}, std::vector<domain_guard> guards = {})
        : options_(options),
          reference_(std::move(reference_losses)),
          domains_(std::move(domains)),
          guards_(std::move(guards)),
          order_(draw(domains_, reference_, options.seed, guards_)),
          regression_(domains_) {
        check(options_);
        if (options_.first == 0) options_.first = order_.telling / 16;
        options_.first = std::min(std::max(options_.first, order_.least), order_.telling);
        for (std::size_t n = options_.first; n < order_.telling; n = least_next(n)) ++looks_;
        enter(reference_weights, reference_);
    }

    /// How it decides.
    const racing_options& options() const { return options_; }

    /// Documents there are.
    std::size_t size() const { return order_.documents.size(); }

    /// The first so many documents of the order.
    std::span<const std::size_t> documents(std::size_t count) const { return std::span(order_.documents).first(count); }

    /// What follows for all documents from some.
    /// @param merge_weights (checkpoints)
    /// @param losses (scored), of the first documents of the order
    raced_loss estimate(std::span<const double> merge_weights, std::span<const double> losses) const {
        raced_loss result{{}, {}, losses.size()};
        if (losses.size() < size()) {
            result.completed = regression_.complete(merge_weights, documents(losses.size()), losses);
        } else {
            result.completed.losses.resize(size());
            for (std::size_t i = 0; i < size(); ++i) result.completed.losses[order_.documents[i]] = losses[i];
        }
        const auto differences = paired_differences(result.completed.losses, reference_);
        result.difference = mean_loss(differences, domains_);
        result.difference.variance += result.completed.sampling_variance;
        result.domains = domain_losses(differences, domains_);
        for (std::size_t s = 0; s < result.completed.domain_variances.size(); ++s)
            result.domains[s].variance += result.completed.domain_variances[s];
        for (const auto& guard : guards_) result.guard_losses.push_back(result.domains[domain_of(guard)]);
        return result;
    }

    /// Stages after which a merge may be looked at and stopped: those before all documents are scored, at most.
    std::size_t looks() const { return looks_; }

    /// Whether a merge is worse than the leader, at the confidence that holds for all looks at it together.
    bool cannot_win(const raced_loss& merge, const raced_loss& leader) const {
        if (merge.documents >= order_.telling) return false;  // it ends here anyway
        const double sampling = merge.completed.sampling_variance;
        return sampling > 0 && sampling <= telling_variance(merge, leader);
    }

    /// Documents of the next stage of a merge, or 0 where it stops.
    ///
    /// As many as it takes if the figures stay what they are, but no more than twice those scored.
    /// @param merge that races
    /// @param leader that it races against
    /// @param share of the documents' own variance, below which the sampling variance is small enough
    std::size_t next_stage(const raced_loss& merge, const raced_loss& leader, double share) const {
        if (merge.documents >= order_.telling || !std::isfinite(merge.difference.mean)) return 0;
        const double sampling = merge.completed.sampling_variance;
        const double telling = telling_variance(merge, leader);
        const double wanted = std::max({share * (merge.difference.variance - sampling), telling, 0.0});
        // Documents that are all alike tell no variance.
        if (sampling > 0 && sampling <= wanted && (sampling <= telling || guards_are_known(merge, share))) return 0;
        const auto n = static_cast<double>(merge.documents), all = static_cast<double>(order_.telling);
        const double needed = 1 / (wanted * (1 / n - 1 / all) / sampling + 1 / all);
        const auto least = static_cast<double>(least_next(merge.documents));
        const double most = std::min(2 * n, all);
        return static_cast<std::size_t>(sampling > 0 ? std::clamp(std::ceil(needed), std::min(least, most), most)
                                                     : most);
    }

    /// The best merge that has entered.
    const raced_loss& leader() const { return leader_; }

    /// Takes in a merge that has ended its race, or was scored in full outside of it.
    ///
    /// Others are predicted from it where it was scored in full, and it may be the new leader.
    /// @param merge_weights (checkpoints)
    /// @param losses (scored), of the first documents of the order, but all of them in the documents' own
    void enter(const std::vector<double>& merge_weights, std::span<const double> losses) {
        if (losses.empty() || !std::ranges::all_of(losses, [](double loss) { return std::isfinite(loss); })) return;
        std::vector<double> ordered(losses.begin(), losses.end());  // (scored)
        if (losses.size() == size()) {
            regression_.add(merge_weights, losses);
            for (std::size_t i = 0; i < size(); ++i) ordered[i] = losses[order_.documents[i]];
        }
        raced_loss ended = estimate(merge_weights, ordered);
        for (std::size_t g = 0; g < guards_.size(); ++g)
            if (ended.guard_losses[g].mean > guards_[g].allowed_loss) return;  // nobody is to come up to it
        if (leader_.documents == 0 || ended.difference.mean < leader_.difference.mean) leader_ = std::move(ended);
    }

 private:
    static constexpr std::uint64_t order_stream = ~std::uint64_t{2};  // beside the search's own streams

    static document_order draw(const document_domains& domains, const std::vector<double>& reference,
                               std::uint64_t seed, const std::vector<domain_guard>& guards) {
        random_engine engine = make_engine(seed, order_stream);
        return draw_document_order(domains, reference, engine, guards);
    }

    std::size_t domain_of(const domain_guard& guard) const {
        return static_cast<std::size_t>(std::ranges::find(domains_, guard.domain, &document_domain::name) -
                                        domains_.begin());
    }

    /// Whether the loss on each guard's domain is known as well as `share` asks.
    bool guards_are_known(const raced_loss& merge, double share) const {
        return std::ranges::all_of(guards_, [&](const domain_guard& guard) {
            const std::size_t s = domain_of(guard);
            const double sampling = merge.completed.domain_variances[s];
            return sampling == 0 || sampling <= share * (merge.domains[s].variance - sampling);
        });
    }

    /// Documents of the smallest stage after one of n.
    static std::size_t least_next(std::size_t n) { return n + (n + 2) / 3; }

    /// The sampling variance of a merge at which one look tells that it is worse than the leader, nats per token
    /// squared; 0 or below where no variance would.
    double telling_variance(const raced_loss& merge, const raced_loss& leader) const {
        const double level = (1 - options_.confidence) / static_cast<double>(std::max<std::size_t>(looks_, 1));
        const double t = student_t_quantile(1 - level, merge.completed.degrees_of_freedom);
        const double behind = std::max(merge.difference.mean - leader.difference.mean, 0.0) / t;
        return behind * behind - leader.completed.sampling_variance;
    }

    racing_options options_;
    std::vector<double> reference_;  // (documents), nats per token
    document_domains domains_;
    std::vector<domain_guard> guards_;
    document_order order_;
    std::size_t looks_ = 0;
    document_regression regression_;
    raced_loss leader_;
};

/// Scores the merges that are measured anyway, before others race: those of the baselines that have no choice.
///
/// One that cannot be measured is passed over: the report will say so.
template <class Evaluator>
void enter_baselines(document_race& race, const std::vector<baseline>& compared, measured_merges<Evaluator>& measure) {
    std::vector<std::vector<double>> alone;  // (baselines without a choice, checkpoints)
    for (const auto& one : compared)
        if (one.merge_weights.size() == 1) alone.push_back(one.merge_weights.front());
    measure.for_each(alone, [&](const auto& merge_weights) {
        race.enter(merge_weights, measure(merge_weights, document_set::search).losses);
    });
}

/// Takes in the trials of a search that is resumed, so that none is scored again and the race goes on as it was.
template <class Evaluator>
void enter_trials(document_race& race, const history& trials, measured_merges<Evaluator>& measure) {
    std::vector<std::size_t> all(race.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (const auto& [suggested, observed] : trials.records()) {
        const std::span<const double> losses = observed.document_losses;
        if (losses.empty()) continue;
        const auto documents =
            losses.size() == race.size() ? std::span<const std::size_t>(all) : race.documents(losses.size());
        measure.remember(suggested.merge_weights, documents, losses);
        race.enter(suggested.merge_weights, losses);
    }
}

/// Scores a merge stage by stage until its race is over.
/// @param race that decides
/// @param merge_weights (checkpoints)
/// @param leader that it races against
/// @param share of the documents' own variance, below which the sampling variance is small enough
/// @param measure gives losses
/// @param raced what is then known of it
/// @returns losses (scored), on the first documents of the order, and what all stages took
/// @throws work_error when it cannot be measured
template <class Evaluator>
merge_evaluation race_merge(const document_race& race, const std::vector<double>& merge_weights,
                            const raced_loss& leader, double share, measured_merges<Evaluator>& measure,
                            raced_loss& raced) {
    merge_evaluation all;
    std::size_t count = measure.knows(merge_weights) ? race.size() : race.options().first;
    for (; count > 0; count = race.next_stage(raced, leader, share)) {
        merge_evaluation stage = measure(merge_weights, race.documents(count));
        raced = race.estimate(merge_weights, stage.losses);
        all.losses = std::move(stage.losses);
        all.merge_seconds += stage.merge_seconds;
        all.score_seconds += stage.score_seconds;
    }
    return all;
}

/// Measures the candidates of one baseline for `choose_merge`: they race against the best among them, so that their
/// order is known, not each one's loss.
template <class Evaluator>
class raced_candidates {
 public:
    /// Scores all candidates on the documents of the first stage, to have a leader: one that cannot be is passed over.
    /// Where several are measured at once, they also end their races here.
    /// @param race must outlive this
    /// @param candidates (candidates, checkpoints)
    /// @param measure must outlive this
    raced_candidates(const document_race& race, const std::vector<std::vector<double>>& candidates,
                     measured_merges<Evaluator>& measure)
        : race_(&race), measure_(&measure) {
        measure.for_each(candidates, [&](const auto& merge_weights) {
            const auto documents = race.documents(race.options().first);
            lead(race.estimate(merge_weights, measure(merge_weights, documents).losses));
        });
        if (measure.threads() > 1)
            measure.for_each(candidates,
                             [&](const auto& merge_weights) { (*this)(merge_weights, document_set::search); });
    }

    /// Losses of a merge on the search documents.
    /// @returns losses (documents), in part predicted
    merge_evaluation operator()(const std::vector<double>& merge_weights, document_set) {
        raced_loss raced;
        merge_evaluation result =
            race_merge(*race_, merge_weights, best_, race_->options().choice_share, *measure_, raced);
        result.losses = raced.completed.losses;
        lead(std::move(raced));
        return result;
    }

 private:
    void lead(raced_loss raced) {
        if (raced.difference.mean < best_.difference.mean) best_ = std::move(raced);
    }

    const document_race* race_;
    measured_merges<Evaluator>* measure_;
    raced_loss best_ = {{}, {std::numeric_limits<double>::infinity(), 0}, 0};
};

}  // namespace bouillon
