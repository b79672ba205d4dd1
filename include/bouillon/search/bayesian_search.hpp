// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/trended.hpp>
#include <bouillon/search/climbs.hpp>
#include <bouillon/search/guard_models.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/ledger.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/proposal.hpp>
#include <bouillon/search/recommendation.hpp>
#include <bouillon/search/search_options.hpp>
#include <bouillon/search/training_data.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/same_point.hpp>
#include <bouillon/space/spread.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bouillon {

/// Bayesian optimization of a loss over a space, one suggestion at a time; the caller owns the loop.
///
///     while (!search.done()) {
///         const trial next = search.suggest();
///         search.observe(next, loss_at(next.point));
///     }
///
/// Several trials may be out at once and may end in any order. Calls name one as it was suggested, or by its ticket
/// alone. A trial that fails is learned from as well; one that is
/// abandoned is forgotten. What is suggested is a function of the options and of the order of the calls so far, and of
/// nothing else; in what order trials end between two suggestions makes no difference.
/// Cost of a suggestion: a hyper-parameter fit, O(n^3), above 128 trials only now and then, and one acquisition
/// maximisation, O(n^2) a candidate; both twice as a rule, and four times at most, where a search climbs elsewhere.
template <class Space, class Acquisition = improvement_or_knowledge, class Kernel = trended<matern52>>
class bayesian_search {
    // Not constraints of the parameters: where these are deduced, clang would not say what is missing.
    static_assert(search_space<Space>, "a space must model search_space (space/concept.hpp)");
    static_assert(surrogate_kernel<Kernel>, "a kernel must model surrogate_kernel (kernel/concept.hpp)");
    static_assert(acquisition<Acquisition, gaussian_process<Kernel>>,
                  "an acquisition must model acquisition (acquisition/concept.hpp)");

 public:
    /// Where it looks.
    using space_type = Space;
    /// What it maximises.
    using acquisition_type = Acquisition;
    /// Of its surrogate.
    using kernel_type = Kernel;
    /// What it believes with.
    using surrogate_type = gaussian_process<Kernel>;
    /// Whether its acquisition keeps the guards of the options.
    static constexpr bool is_guarded = guarded_acquisition<Acquisition, surrogate_type>;
    /// What it believes of guards.
    using guards_type = std::conditional_t<is_guarded, detail::guard_models<surrogate_type>, detail::no_guards>;

    /// Learns what is known, and chooses the points of the first design.
    ///
    /// @throws input_error when the space has no extent, a known point lies outside it, an option is no usable number,
    /// or there are guards and the acquisition is not `guarded`
    explicit bayesian_search(Space space, search_options options = {}, Acquisition acquisition = Acquisition{},
                             Kernel kernel = Kernel{});

    /// True when the whole budget has been suggested, or every point of a space that can be counted (trials may still
    /// be out).
    ///
    /// Abandoned trials do not count.
    bool done() const { return ledger_.remaining() == 0 || is_exhausted(); }

    /// Allows so many trials more, at any time; with `no_budget` any number.
    ///
    /// The first design stays as it was chosen; where a search climbs elsewhere, it has so much longer from now on.
    void extend(std::size_t trials) { ledger_.extend(trials); }

    /// The next trial, at a point that no trial had before, the abandoned ones apart.
    ///
    /// @throws input_error when the budget is spent, or there is no other point
    trial suggest() {
        ledger_.require_budget();
        if (is_exhausted()) throw input_error(name_of(space_) + ": all its points have been tried or are known");
        return enter(next_unit_point());
    }

    /// A new trial at the point of an earlier one, where one more loss is wanted.
    ///
    /// It counts against the budget.
    /// @throws input_error when the budget is spent or the earlier trial is not of this search
    trial repeat(const named_trial& earlier) {
        ledger_.require_budget();
        return enter(history().find(earlier).trial.unit_point);
    }

    /// Takes the place of `suggest` when a journal is read: everything is done as then, but the recorded trial stands,
    /// which another machine's rounding might have put elsewhere.
    ///
    /// @returns whether it is where it would be suggested now
    /// @throws input_error when its ticket is not the next, or the space has its unit point elsewhere
    bool replay(const trial& recorded) {
        require_next(recorded);
        const bool expected = next_unit_point() == recorded.unit_point;
        ledger_.suggest(recorded);
        return expected;
    }

    /// Takes a recorded trial as it stands, without asking where it would be suggested: for whoever only wants to know
    /// what the trials let believe.
    ///
    /// What is suggested after it is another search's, which did not live through them.
    /// @throws input_error as `replay` does
    void restore(const trial& recorded) {
        require_next(recorded);
        ledger_.suggest(recorded);
    }

    /// Ends a trial with its loss.
    ///
    /// A loss that is not finite is a failure.
    /// @param ended a trial that is out
    /// @param loss lower is better
    /// @param variance of the loss, its unit squared; NaN when that is not known: one noise variance is then fitted
    /// @throws input_error when the trial is not out
    void observe(const named_trial& ended, double loss, double variance = std::numeric_limits<double>::quiet_NaN());

    /// Ends a trial with its documents' losses: as their paired difference to the reference losses where the options
    /// give these, else as their mean, and with the variance that they show.
    ///
    /// @param ended a trial that is out
    /// @param document_losses (documents), nats per token
    /// @throws input_error when the trial is not out, or the documents' number is not the reference's
    void observe(const named_trial& ended, std::span<const double> document_losses);

    /// Ends a trial with a loss that the caller estimated from documents, which are kept for whoever asks for them: a
    /// race's, which scored some of them, or a resumed journal's.
    ///
    /// @param ended a trial that is out
    /// @param loss over all documents, the reference losses' subtracted
    /// @param document_losses (scored), nats per token
    /// @throws input_error when the trial is not out
    void observe(const named_trial& ended, const loss_estimate& loss, std::span<const double> document_losses);

    /// The same where the caller estimated the loss on the guards' domains as well. Where all documents are there, the
    /// calls above take these from them; where they are not, a search with guards must be told.
    ///
    /// @param ended a trial that is out
    /// @param loss over all documents, the reference losses' subtracted
    /// @param guard_losses (guards), over all documents of each guard's domain, the reference losses' subtracted
    /// @param document_losses (scored), nats per token
    /// @throws input_error when the trial is not out, or there are not as many guards
    void observe(const named_trial& ended, const loss_estimate& loss, std::span<const loss_estimate> guard_losses,
                 std::span<const double> document_losses);

    /// Ends a trial that gave no loss.
    ///
    /// It counts as worse than the worst, so that its neighbourhood is avoided.
    void fail(const named_trial& ended, std::string reason = {}) { ledger_.fail(ended, std::move(reason)); }

    /// Ends a trial of which nothing is known and nothing learned: its worker died, or took too long.
    ///
    /// It is as if it had never been: it does not count against the budget, and its point may be suggested again. A
    /// trial that would end every worker must fail instead, or a search can go on for ever.
    void abandon(const named_trial& ended, std::string reason = {}) { ledger_.abandon(ended, std::move(reason)); }

    /// Where the score is largest that can be counted on: posterior mean less one posterior deviation, over the tried
    /// and known points and over the space.
    ///
    /// Never the luckiest trial: under noise, the lowest of many observed losses is low by chance, and the surrogate
    /// knows what its neighbours lost. Without noise it is the best trial; with noise it may be a point between trials,
    /// which then has no ticket. With guards it is a point that keeps each of them with a probability of 0.95, by the
    /// guard's surrogate; the reference itself, where it is known, does. Where no point is known to, it is the
    /// likeliest of those tried, and `keeps_guards` is false.
    ///
    /// @throws work_error when nothing was observed
    bouillon::recommendation recommendation() const;

    /// What is believed after the last observation; being asked leaves no trace in later suggestions.
    ///
    /// Cost: a hyper-parameter fit, and under noise a maximisation.
    /// @throws work_error when nothing was observed
    search_belief<surrogate_type, guards_type> belief() const;

    /// All trials, by ticket.
    const bouillon::history& history() const { return ledger_.trials(); }
    /// With the budget as it was extended.
    const search_options& options() const { return ledger_.options(); }
    /// Where it looks.
    const Space& space() const { return space_; }
    /// What it maximises.
    const Acquisition& acquisition_used() const { return acquisition_; }

    /// The kernel that it was made with: a profile where the surrogate has its covariance.
    Kernel kernel_used() const {
        if constexpr (stationary_kernel<Kernel>)
            return surrogate_.kernel().profile;
        else
            return surrogate_.kernel();
    }

    /// The surrogate as the last suggestion left it.
    const surrogate_type& surrogate() const { return surrogate_; }

 private:
    static constexpr std::uint64_t design_stream = ~std::uint64_t{0};  // tickets have the streams from 0 up

    static Space checked(Space space) {
        detail::own_check(space);
        return space;
    }

    /// Whether no other point is left.
    bool is_exhausted() const {
        if constexpr (countable_space<Space>) {
            const auto count = space_.points();
            if (!count || ledger_.taken().size() < *count) return false;
            std::set<std::vector<double>> distinct;  // by the user's coordinates, which are exact
            for (const auto& unit_point : ledger_.taken()) distinct.insert(space_.point(unit_point));
            return distinct.size() == *count;
        } else {
            return false;
        }
    }

    void require_next(const trial& recorded) const {
        if (recorded.ticket != history().size() || recorded.unit_point.size() != space_.dimension())
            throw input_error("trial " + to_string(recorded.ticket) + " of dimension " +
                              to_string(recorded.unit_point.size()) + " is replayed where trial " +
                              to_string(history().size()) + " of dimension " + to_string(space_.dimension()) +
                              " is next");
        detail::require_same_point("trial " + to_string(recorded.ticket), recorded.point,
                                   space_.point(recorded.unit_point));
    }

    /// Takes up known observation i.
    void learn_known(std::size_t i) {
        const known_observation& before = options().known[i];
        const std::string name = "known observation " + to_string(i);
        detail::require_coordinates(name, before.point, space_.dimension());
        std::vector<double> unit_point = space_.unit_point(before.point);
        detail::require_same_point(name, before.point, space_.point(unit_point));
        ledger_.add_known(std::move(unit_point), before);
    }

    std::vector<double> next_unit_point();

    static guards_type make_guards(const surrogate_type& unfitted, std::size_t count) {
        if constexpr (is_guarded) {
            return guards_type(unfitted, count);
        } else {
            if (count > 0)
                throw input_error("there are " + to_string(count) +
                                  " guards, but the acquisition keeps none: wrap it in guarded<...>");
            return {};
        }
    }

    trial enter(std::vector<double> unit_point) {
        std::vector<double> point = space_.point(unit_point);
        std::vector<double> weights = detail::merge_weights(space_, point);
        trial next{history().size(), std::move(unit_point), std::move(point), std::move(weights)};
        ledger_.suggest(next);
        return next;
    }

    Space space_;
    Acquisition acquisition_;
    detail::ledger ledger_;
    surrogate_type surrogate_;
    guards_type guards_;
    detail::climbs<surrogate_type> climbs_;
    std::vector<std::vector<double>> design_;  // (initial trials, d), unit points
};

// Not in the class: what is there counts as inline, and then a compiler looks into it though a library has it.

template <class Space, class Acquisition, class Kernel>
bayesian_search<Space, Acquisition, Kernel>::bayesian_search(Space space, search_options options,
                                                             Acquisition acquisition, Kernel kernel)
    : space_(checked(std::move(space))),
      acquisition_(std::move(acquisition)),
      ledger_(std::move(options)),
      surrogate_(space_.dimension(), std::move(kernel), this->options().surrogate),
      guards_(make_guards(surrogate_, this->options().guards.size())),
      climbs_(this->options().climbs) {
    detail::own_check(acquisition_);
    for (std::size_t i = 0; i < this->options().known.size(); ++i) learn_known(i);
    random_engine engine = make_engine(this->options().seed, design_stream);
    design_ = space_.initial_design(initial_trials(this->options(), space_.dimension()), engine);
}

template <class Space, class Acquisition, class Kernel>
void bayesian_search<Space, Acquisition, Kernel>::observe(const named_trial& ended, double loss, double variance) {
    ledger_.observe(ended, loss, variance);
}

template <class Space, class Acquisition, class Kernel>
void bayesian_search<Space, Acquisition, Kernel>::observe(const named_trial& ended,
                                                          std::span<const double> document_losses) {
    ledger_.observe_documents(ended, document_losses);
}

template <class Space, class Acquisition, class Kernel>
void bayesian_search<Space, Acquisition, Kernel>::observe(const named_trial& ended, const loss_estimate& loss,
                                                          std::span<const double> document_losses) {
    ledger_.observe(ended, loss.mean, loss.variance, document_losses);
}

template <class Space, class Acquisition, class Kernel>
void bayesian_search<Space, Acquisition, Kernel>::observe(const named_trial& ended, const loss_estimate& loss,
                                                          std::span<const loss_estimate> guard_losses,
                                                          std::span<const double> document_losses) {
    ledger_.observe(ended, loss.mean, loss.variance, document_losses, guard_losses);
}

template <class Space, class Acquisition, class Kernel>
bouillon::recommendation bayesian_search<Space, Acquisition, Kernel>::recommendation() const {
    const auto now = belief();
    auto answer = detail::describe(now.surrogate, ledger_.learned(), history(), space_, now.answer);
    if constexpr (is_guarded) {
        answer.guard_losses = now.guards.losses_at(now.answer);
        answer.keeps_guards = now.keeps_guards;
    }
    return answer;
}

template <class Space, class Acquisition, class Kernel>
auto bayesian_search<Space, Acquisition, Kernel>::belief() const -> search_belief<surrogate_type, guards_type> {
    random_engine engine = make_engine(options().seed, design_stream);
    guards_type guards = guards_;
    if constexpr (is_guarded) guards.fit(ledger_);
    return detail::believe(surrogate_, ledger_.learned(), space_, engine, options().maximize, std::move(guards));
}

template <class Space, class Acquisition, class Kernel>
std::vector<double> bayesian_search<Space, Acquisition, Kernel>::next_unit_point() {
    for (const auto& unit_point : design_)
        if (nearest_distance(unit_point, ledger_.taken()) >= options().smallest_distance) return unit_point;
    random_engine engine = make_engine(options().seed, history().size());
    training_data data = ledger_.learned();
    if (data.successes == 0) return farthest_sample(space_, ledger_.taken(), engine);
    surrogate_.fit(data.points, data.scores, data.variances);
    if constexpr (is_guarded) {
        guards_.fit(ledger_);
        const std::span<const double> tried = std::span(data.points).first(data.successes * space_.dimension());
        data.eligible = guards_.kept(tried, detail::probable_of_guard);
        guards_.believe(ledger_.pending());
    }
    const detail::proposer<Space, Acquisition, guards_type> propose{space_, acquisition_, ledger_, engine, &guards_};
    return climbs_.next(surrogate_, data, {ledger_.remaining(), space_.cube_dimension()}, propose);
}

}  // namespace bouillon

#ifdef BOUILLON_COMPILED
#    include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#    include <bouillon/space/box.hpp>
#    include <bouillon/space/interval.hpp>
#    include <bouillon/space/simplex.hpp>

namespace bouillon {

// Of the usual spaces by the default acquisition, and of merges by theirs (merge_search/defaults.hpp).
extern template class bayesian_search<box>;
extern template class bayesian_search<interval>;
extern template class bayesian_search<simplex>;
extern template class bayesian_search<interval, log_noisy_expected_improvement>;
extern template class bayesian_search<simplex, log_noisy_expected_improvement>;

}  // namespace bouillon
#endif
