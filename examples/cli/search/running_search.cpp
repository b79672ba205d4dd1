// SPDX-License-Identifier: Apache-2.0
#include "search/running_search.hpp"

#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/search/regret.hpp>
#include <bouillon/search/stopping.hpp>
#include <bouillon/space/same_point.hpp>

#include "choices/acquisition_choice.hpp"
#include "choices/any_acquisition.hpp"
#include "choices/kernel_choice.hpp"
#include "report/posterior_slices.hpp"
#include "search/stopping_options.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace {

using chosen_search = bouillon::bayesian_search<any_space, bouillon::guarded<any_acquisition>, any_kernel>;
using journaled_search = bouillon::journaled_search<chosen_search>;

}  // namespace

class running_search::state {
 public:
    explicit state(chosen_search search) : search_(std::in_place_type<chosen_search>, std::move(search)) {}
    state(chosen_search search, const search_journal& journal)
        : search_(std::in_place_type<journaled_search>, std::move(search), journal.file, journal.settings) {}

    /// Calls a function with the search as it is run: journaled or not.
    template <class Function>
    decltype(auto) run(Function&& function) {
        return std::visit(function, search_);
    }

    const journaled_search* journaled() const { return std::get_if<journaled_search>(&search_); }
    chosen_search& plain() { return std::get<chosen_search>(search_); }
    const chosen_search& search() const {
        return journaled() ? journaled()->search() : std::get<chosen_search>(search_);
    }
    bool done() const { return journaled() ? journaled()->done() : search().done(); }

 private:
    std::variant<chosen_search, journaled_search> search_;
};

running_search::running_search(const search_parts& parts, const bouillon::search_options& options)
    : running_search(parts.space, options, parts.acquisition->make(), parts.kernel->make(), nullptr) {}
running_search::running_search(const search_parts& parts, const bouillon::search_options& options,
                               const search_journal& journal)
    : running_search(parts.space, options, parts.acquisition->make(), parts.kernel->make(), &journal) {}
running_search::running_search(const any_space& space, const bouillon::search_options& options,
                               any_acquisition acquisition, any_kernel kernel, const search_journal* journal) {
    chosen_search search(space, options, bouillon::guarded(std::move(acquisition)), std::move(kernel));
    state_ =
        journal ? std::make_unique<state>(std::move(search), *journal) : std::make_unique<state>(std::move(search));
}
running_search::running_search(running_search&&) noexcept = default;
running_search& running_search::operator=(running_search&&) noexcept = default;
running_search::~running_search() = default;

bool running_search::done() const { return state_->done(); }

bouillon::trial running_search::suggest() {
    return state_->run([](auto& search) { return search.suggest(); });
}

void running_search::restore(const bouillon::trial& recorded) { state_->plain().restore(recorded); }

bouillon::trial running_search::repeat(const bouillon::named_trial& earlier) {
    return state_->run([&](auto& search) { return search.repeat(earlier); });
}

void running_search::observe(const bouillon::named_trial& ended, double loss, double variance) {
    state_->run([&](auto& search) { search.observe(ended, loss, variance); });
}

void running_search::observe(const bouillon::named_trial& ended, std::span<const double> document_losses) {
    state_->run([&](auto& search) { search.observe(ended, document_losses); });
}

void running_search::observe(const bouillon::named_trial& ended, const bouillon::loss_estimate& loss,
                             std::span<const double> document_losses) {
    state_->run([&](auto& search) { search.observe(ended, loss, document_losses); });
}

void running_search::observe(const bouillon::named_trial& ended, const bouillon::loss_estimate& loss,
                             std::span<const bouillon::loss_estimate> guard_losses,
                             std::span<const double> document_losses) {
    state_->run([&](auto& search) { search.observe(ended, loss, guard_losses, document_losses); });
}

void running_search::fail(const bouillon::named_trial& ended, std::string reason) {
    state_->run([&](auto& search) { search.fail(ended, std::move(reason)); });
}

void running_search::abandon(const bouillon::named_trial& ended, std::string reason) {
    state_->run([&](auto& search) { search.abandon(ended, std::move(reason)); });
}

void running_search::extend(std::size_t trials) {
    state_->run([&](auto& search) { search.extend(trials); });
}

bouillon::recommendation running_search::recommendation() const { return state_->search().recommendation(); }

const bouillon::history& running_search::history() const { return state_->search().history(); }

const bouillon::search_options& running_search::options() const { return state_->search().options(); }

std::size_t running_search::resumed() const { return state_->journaled() ? state_->journaled()->resumed() : 0; }

const bouillon::loss_changes& running_search::changed_losses() const { return state_->journaled()->changed_losses(); }

std::size_t running_search::suggested_otherwise() const {
    return state_->journaled() ? state_->journaled()->suggested_otherwise() : 0;
}

std::vector<bouillon::loss_estimate> running_search::believed_losses(std::span<const double> points) const {
    const auto& space = state_->search().space();
    const auto surrogate = state_->search().belief().surrogate;
    const std::size_t dimension = space.dimension();
    if (points.size() % dimension != 0)
        throw bouillon::input_error(bouillon::to_string(points.size()) + " coordinates are no points of dimension " +
                                    bouillon::to_string(dimension));
    std::vector<bouillon::loss_estimate> losses;  // (m)
    for (std::size_t first = 0; first < points.size(); first += dimension) {
        const auto point = points.subspan(first, dimension);
        const auto unit_point = space.unit_point(point);
        bouillon::detail::require_same_point("a point", point, space.point(unit_point));
        const auto believed = surrogate.predict(unit_point);
        const auto& units = surrogate.standardisation();
        const double score = units.score(believed.mean), slope = units.slope(score);
        losses.push_back({-score, believed.variance / (slope * slope)});
    }
    return losses;
}

std::vector<posterior_slice> running_search::slices(double newest_loss, const std::vector<std::string>& names) const {
    const auto belief = state_->search().belief();
    return posterior_slices(state_->search().space(), belief.surrogate, belief.answer, newest_loss, names);
}

std::string running_search::stopped_by(const stopping_options& stopping, double newest_loss) const {
    constexpr bouillon::trial_limit one{1}, ten{10};
    const chosen_search& search = state_->search();
    if (done()) return "budget";
    const bouillon::deadline deadline{stopping.start + std::chrono::seconds(stopping.deadline)};
    if (stopping.deadline > 0 && bouillon::when_all(one, deadline)(search)) return "deadline";
    if (stopping.patience > 0 && bouillon::no_improvement{stopping.patience}(search)) return "patience";
    if (stopping.target_gain && bouillon::target_loss{newest_loss - *stopping.target_gain}(search))
        return "target-gain";
    const bouillon::regret_below regret{.loss = stopping.least_regret};
    if (stopping.regret && bouillon::when_all(ten, regret)(search)) return "stop-regret";
    return {};
}
