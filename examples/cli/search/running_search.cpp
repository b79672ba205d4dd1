// SPDX-License-Identifier: Apache-2.0
#include "search/running_search.hpp"

#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/search/regret.hpp>
#include <bouillon/search/stopping.hpp>

#include "choices/acquisition_choice.hpp"
#include "choices/any_acquisition.hpp"
#include "choices/kernel_choice.hpp"
#include "report/posterior_slices.hpp"
#include "search/stopping_options.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace {

using chosen_search = bouillon::bayesian_search<any_space, any_acquisition, any_kernel>;
using journaled_search = bouillon::journaled_search<chosen_search>;

chosen_search make(const search_parts& parts, const bouillon::search_options& options) {
    return chosen_search(parts.space, options, parts.acquisition->make(), parts.kernel->make());
}

}  // namespace

class running_search::state {
 public:
    state(const search_parts& parts, const bouillon::search_options& options)
        : search_(std::in_place_type<chosen_search>, make(parts, options)) {}
    state(const search_parts& parts, const bouillon::search_options& options, const search_journal& journal)
        : search_(std::in_place_type<journaled_search>, make(parts, options), journal.file, journal.settings) {}

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
    : state_(std::make_unique<state>(parts, options)) {}
running_search::running_search(const search_parts& parts, const bouillon::search_options& options,
                               const search_journal& journal)
    : state_(std::make_unique<state>(parts, options, journal)) {}
running_search::running_search(running_search&&) noexcept = default;
running_search& running_search::operator=(running_search&&) noexcept = default;
running_search::~running_search() = default;

bool running_search::done() const { return state_->done(); }

bouillon::trial running_search::suggest() {
    return state_->run([](auto& search) { return search.suggest(); });
}

void running_search::restore(const bouillon::trial& recorded) { state_->plain().restore(recorded); }

void running_search::observe(const bouillon::trial& ended, double loss) {
    state_->run([&](auto& search) { search.observe(ended, loss); });
}

void running_search::observe(const bouillon::trial& ended, std::span<const double> document_losses) {
    state_->run([&](auto& search) { search.observe(ended, document_losses); });
}

void running_search::observe(const bouillon::trial& ended, const bouillon::loss_estimate& loss,
                             std::span<const double> document_losses) {
    state_->run([&](auto& search) { search.observe(ended, loss, document_losses); });
}

void running_search::fail(const bouillon::trial& ended, std::string reason) {
    state_->run([&](auto& search) { search.fail(ended, std::move(reason)); });
}

bouillon::recommendation running_search::recommendation() const { return state_->search().recommendation(); }

const bouillon::history& running_search::history() const { return state_->search().history(); }

const bouillon::search_options& running_search::options() const { return state_->search().options(); }

std::size_t running_search::resumed() const { return state_->journaled() ? state_->journaled()->resumed() : 0; }

const bouillon::loss_changes& running_search::changed_losses() const { return state_->journaled()->changed_losses(); }

std::size_t running_search::suggested_otherwise() const {
    return state_->journaled() ? state_->journaled()->suggested_otherwise() : 0;
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
