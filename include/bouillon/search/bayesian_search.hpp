// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/trended.hpp>
#include <bouillon/search/climbs.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/recommendation.hpp>
#include <bouillon/search/search_options.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/same_point.hpp>
#include <bouillon/space/spread.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
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
/// Several trials may be out at once and may end in any order. A trial that fails is learned from as well; one that is
/// abandoned is forgotten. What is suggested is a function of the options and of the order of the calls so far, and of
/// nothing else; in what order trials end between two suggestions makes no difference.
/// Cost of a suggestion: a hyper-parameter fit, O(n^3), and one acquisition maximisation, O(n^2) a candidate; both
/// twice as a rule, and four times at most, where a search climbs elsewhere.
template <class Space, class Acquisition = improvement_or_knowledge, class Kernel = trended<matern52>>
class bayesian_search {
    // Not constraints of the parameters: where these are deduced, clang would not say what is missing.
    static_assert(search_space<Space>, "a space must model search_space (space/concept.hpp)");
    static_assert(surrogate_kernel<Kernel>, "a kernel must model surrogate_kernel (kernel/concept.hpp)");
    static_assert(acquisition<Acquisition, gaussian_process<Kernel>>,
                  "an acquisition must model acquisition (acquisition/concept.hpp)");

 public:
    using space_type = Space;
    using acquisition_type = Acquisition;
    using kernel_type = Kernel;
    using surrogate_type = gaussian_process<Kernel>;

    /// Throws input_error when the space has no extent, a known point lies outside it, or an option is no usable
    /// number.
    explicit bayesian_search(Space space, search_options options = {}, Acquisition acquisition = Acquisition{},
                             Kernel kernel = Kernel{})
        : space_(checked(std::move(space))),
          options_(std::move(options)),
          acquisition_(std::move(acquisition)),
          surrogate_(space_.dimension(), std::move(kernel), options_.surrogate) {
        check(options_);
        for (const auto& known : options_.known) learn_known(known);
        const std::size_t automatic = std::clamp<std::size_t>(space_.dimension() + 2, 3, 10);
        const std::size_t initial = options_.initial_trials > 0
                                        ? options_.initial_trials
                                        : std::min(automatic, std::max<std::size_t>(options_.budget / 2, 1));
        random_engine engine = make_engine(options_.seed, design_stream);
        design_ = space_.initial_design(initial, engine);
    }

    /// True when the whole budget has been suggested (trials may still be out). Abandoned trials do not count.
    bool done() const { return left() == 0; }

    /// The next trial, at a point that no trial had before, the abandoned ones apart. Throws input_error when the
    /// budget is spent.
    trial suggest() {
        require_budget();
        return enter(next_unit_point());
    }

    /// A new trial at the point of an earlier one, where one more loss is wanted. It counts against the budget.
    /// Throws input_error when the budget is spent or the earlier trial is not of this search.
    trial repeat(const trial& earlier) {
        require_budget();
        return enter(history_.find(earlier).trial.unit_point);
    }

    /// Takes the place of `suggest` when a journal is read: everything is done as then, but the recorded trial stands,
    /// which another machine's rounding might have put elsewhere. Returns whether it is where it would be suggested
    /// now. Throws input_error when its ticket is not the next, or the space has its unit point elsewhere.
    bool replay(const trial& recorded) {
        require_next(recorded);
        const bool expected = next_unit_point() == recorded.unit_point;
        record(recorded);
        return expected;
    }

    /// Takes a recorded trial as it stands, without asking where it would be suggested: for whoever only wants to know
    /// what the trials let believe. What is suggested after it is another search's, which did not live through them.
    /// Throws as `replay` does.
    void restore(const trial& recorded) {
        require_next(recorded);
        record(recorded);
    }

    /// Ends a trial with its loss (lower is better) and the loss's variance, NaN when that is not known: one noise
    /// variance is then fitted. A loss that is not finite is a failure. Throws input_error when the trial is not out.
    void observe(const trial& ended, double loss, double variance = std::numeric_limits<double>::quiet_NaN()) {
        history_.observe(ended, loss, variance);
    }

    /// Ends a trial with its documents' losses: as their paired difference to the reference losses where the options
    /// give these, else as their mean, and with the variance that they show.
    /// document_losses: (documents), nats per token. Throws input_error when their number is not the reference's.
    void observe(const trial& ended, std::span<const double> document_losses) {
        const auto& reference = options_.reference_losses;
        observe(ended, reference.empty() ? mean_loss(document_losses) : paired_difference(document_losses, reference),
                document_losses);
    }

    /// Ends a trial with a loss that the caller estimated from documents, which are kept for whoever asks for them: a
    /// race's, which scored some of them, or a resumed journal's.
    /// loss: over all documents, the reference losses' subtracted. document_losses: (scored), nats per token.
    void observe(const trial& ended, const loss_estimate& loss, std::span<const double> document_losses) {
        history_.observe(ended, loss.mean, loss.variance, document_losses);
    }

    /// Ends a trial that gave no loss. It counts as worse than the worst, so that its neighbourhood is avoided.
    void fail(const trial& ended, std::string reason = {}) { history_.fail(ended, std::move(reason)); }

    /// Ends a trial of which nothing is known and nothing learned: its worker died, or took too long. It is as if it
    /// had never been: it does not count against the budget, and its point may be suggested again. A trial that would
    /// end every worker must fail instead, or a search can go on for ever.
    void abandon(const trial& ended, std::string reason = {}) {
        history_.abandon(ended, std::move(reason));
        taken_.erase(std::find(taken_.begin(), taken_.end(), ended.unit_point));  // one only: it may be a repeated one
    }

    /// Where the score is largest that can be counted on: posterior mean less one posterior deviation, over the tried
    /// and known points and over the space. Never the luckiest trial: under noise, the lowest of many observed losses
    /// is low by chance, and the surrogate knows what its neighbours lost. Without noise it is the best trial; with
    /// noise it may be a point between trials, which then has no ticket. Throws work_error when nothing was observed.
    bouillon::recommendation recommendation() const {
        const auto now = belief();
        return detail::describe(now.surrogate, learned(), history_, space_, now.answer);
    }

    /// What is believed after the last observation; being asked leaves no trace in later suggestions.
    /// Throws work_error when nothing was observed. Cost: a hyper-parameter fit, and under noise a maximisation.
    search_belief<surrogate_type> belief() const {
        const training_data data = learned();
        if (data.successes == 0) throw work_error("no trial succeeded: there is nothing to recommend");
        search_belief<surrogate_type> now{.surrogate = surrogate_};
        now.surrogate.fit(data.points, data.scores, data.variances);
        now.tried = data.points;
        now.tried.resize(data.successes * space_.dimension());
        random_engine engine = make_engine(options_.seed, design_stream);
        now.answer = detail::countable_best(now.surrogate, data, space_, engine, options_.maximize);
        return now;
    }

    const bouillon::history& history() const { return history_; }
    const search_options& options() const { return options_; }
    const Space& space() const { return space_; }
    const Acquisition& acquisition_used() const { return acquisition_; }

    /// The surrogate as the last suggestion left it.
    const surrogate_type& surrogate() const { return surrogate_; }

 private:
    static constexpr std::uint64_t design_stream = ~std::uint64_t{0};  // tickets have the streams from 0 up
    static constexpr std::size_t region_size = 257;                    // points where the best score may lie

    static Space checked(Space space) {
        if constexpr (requires { space.check(); }) space.check();
        return space;
    }

    void require_budget() const {
        if (done()) throw input_error("budget: all " + to_string(options_.budget) + " trials have been suggested");
    }

    void require_next(const trial& recorded) const {
        if (recorded.ticket != history_.size() || recorded.unit_point.size() != space_.dimension())
            throw input_error("trial " + to_string(recorded.ticket) + " of dimension " +
                              to_string(recorded.unit_point.size()) + " is replayed where trial " +
                              to_string(history_.size()) + " of dimension " + to_string(space_.dimension()) +
                              " is next");
        detail::require_same_point("trial " + to_string(recorded.ticket), recorded.point,
                                   space_.point(recorded.unit_point));
    }

    void learn_known(const known_observation& known) {
        const std::string name = "known observation " + to_string(taken_.size());
        detail::require_coordinates(name, known.point, space_.dimension());
        const std::vector<double> unit_point = space_.unit_point(known.point);
        detail::require_same_point(name, known.point, space_.point(unit_point));
        known_.add(unit_point, -known.loss, known.variance);
        taken_.push_back(unit_point);
    }

    training_data learned() const {
        training_data data = known_;
        add_trials(data, history_);
        return data;
    }

    /// Unit points of the trials that are out, (pending, d).
    std::vector<double> pending() const {
        std::vector<double> points;
        for (const auto& [suggested, observed] : history_.records())
            if (observed.status == trial_status::pending)
                points.insert(points.end(), suggested.unit_point.begin(), suggested.unit_point.end());
        return points;
    }

    /// Lets a surrogate believe that pending trials (p, d) end as expected. It leaves the mean as it is and takes the
    /// uncertainty around them away, so that trials that are out together do not crowd. Returns the best such mean.
    double believe(surrogate_type& model, std::span<const double> pending) const {
        double best = -std::numeric_limits<double>::infinity();
        for (std::size_t first = 0; first < pending.size(); first += space_.dimension()) {
            const auto unit_point = pending.subspan(first, space_.dimension());
            best = std::max(best, model.believe(unit_point));
        }
        return best;
    }

    std::vector<double> next_unit_point() {
        for (const auto& unit_point : design_)
            if (nearest_distance(unit_point, taken_) >= options_.smallest_distance) return unit_point;
        random_engine engine = make_engine(options_.seed, history_.size());
        const training_data data = learned();
        if (data.successes == 0) return farthest_sample(space_, taken_, engine);

        surrogate_.fit(data.points, data.scores, data.variances);
        const auto suggest = [&](surrogate_type& model, const training_data& known, const auto& allowed) {
            return most_promising(model, known, engine, allowed);
        };
        const detail::remaining rest{left(), space_.cube_dimension()};
        const bool climb = logarithmic_acquisition<Acquisition> && options_.elsewhere;
        if (climb)
            if (auto next = climbs_.go_on(surrogate_, data, rest, suggest)) return std::move(*next);
        detail::suggestion next = suggest(surrogate_, data, anywhere{});
        if (climb)
            if (auto other = climbs_.begin(surrogate_, data, next.gain, rest, suggest)) return std::move(*other);
        return std::move(next.unit_point);
    }

    template <class Allowed>
    detail::suggestion most_promising(surrogate_type& model, const training_data& data, random_engine& engine,
                                      const Allowed& allowed) {
        const auto [best, best_mean] = detail::best_tried(model, data);
        const auto incumbent = detail::point_of(data, best);
        const auto out = pending();
        search_state state{best_mean, history_.size(), space_.dimension(), {}};
        if constexpr (!acquisition_formula<Acquisition>) state.region = even_points(space_, region_size, options_.seed);
        if constexpr (!pending_acquisition_function<Acquisition, surrogate_type>)
            state.best = std::max(best_mean, believe(model, out));
        const random_engine starts(engine());
        const maximize_options scaled = in_length_scales(options_.maximize, model);
        const auto maximize_one = [&](const auto& prepared) {
            random_engine same_starts = starts;  // so that the arms of a portfolio differ in nothing but their opinion
            return maximize(prepared, space_, incumbent, taken_, options_.smallest_distance, same_starts, scaled,
                            allowed)
                .unit_point;
        };
        detail::suggestion found;
        if constexpr (acquisition_portfolio<Acquisition, surrogate_type>)
            found.unit_point = acquisition_.choose(model, state, engine, maximize_one);
        else
            found.unit_point = maximize_one(prepare(acquisition_, model, state, out, engine));
        if constexpr (logarithmic_acquisition<Acquisition>) {
            const posterior there = model.predict(found.unit_point);
            found.gain = std::exp(log_expected_improvement{}(there.mean, std::sqrt(there.variance), state));
        }
        return found;
    }

    /// Trials that may still be suggested.
    std::size_t left() const {
        const std::size_t used = history_.size() - history_.count(trial_status::abandoned);
        return options_.budget - std::min(used, options_.budget);
    }

    trial enter(std::vector<double> unit_point) {
        std::vector<double> point = space_.point(unit_point);
        std::vector<double> weights = detail::merge_weights(space_, point);
        trial next{history_.size(), std::move(unit_point), std::move(point), std::move(weights)};
        taken_.push_back(next.unit_point);
        history_.suggest(next);
        return next;
    }

    void record(const trial& recorded) {
        taken_.push_back(recorded.unit_point);
        history_.suggest(recorded);
    }

    Space space_;
    search_options options_;
    Acquisition acquisition_;
    surrogate_type surrogate_;
    training_data known_;
    std::vector<std::vector<double>> design_;  // (initial trials, d), unit points
    std::vector<std::vector<double>> taken_;   // (known + trials, d), unit points
    bouillon::history history_;
    detail::climbs climbs_;
};

}  // namespace bouillon
