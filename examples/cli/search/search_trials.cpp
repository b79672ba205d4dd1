// SPDX-License-Identifier: Apache-2.0
#include "search/search_trials.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/search_options.hpp>

#include "progress.hpp"
#include "report/json_output.hpp"

#include <limits>

namespace {

/// Tells of each trial as it ends.
class trial_teller {
 public:
    trial_teller(const running_search& search, std::size_t earlier, merge_problem& problem)
        : problem_(&problem), earlier_(earlier), progress_(search.options().budget, problem.on_stage) {}

    void operator()(const bouillon::trial_event& event) {
        ++ended_;
        problem_->ahead->trial_ended(event.documents);
        problem_->on_trial ? problem_->on_trial(event) : print(event);
        if (!event.losses.empty()) return;
        progress_.clear();
        problem_->note("trial " + bouillon::to_string(earlier_ + event.trial.ticket) +
                       " failed: " + event.observation.reason);
        if (++failed_ == hopeless && ended_ == hopeless)
            throw bouillon::work_error("the first " + bouillon::to_string(hopeless) +
                                       " trials all failed, and so would the others: " + event.observation.reason);
    }

 private:
    void print(const bouillon::trial_event& event) {
        if (problem_->arguments.json)
            print_line(trial_json(event, earlier_, problem_->newest_losses, problem_->domains.search, problem_->names));
        const double loss =
            event.losses.empty() ? std::numeric_limits<double>::quiet_NaN() : problem_->search_loss(event.losses).mean;
        progress_.trial(event.trial.ticket + 1, loss, problem_->ahead->seconds_left());
    }

    static constexpr std::size_t hopeless = 3;  // failures that no merge is to blame for, where nothing else ended

    merge_problem* problem_;
    std::size_t earlier_, ended_ = 0, failed_ = 0;
    progress_line progress_;
};

/// While it lives, what is measured is a trial's.
class trial_period {
 public:
    trial_period(merge_problem& problem, const running_search& search, std::size_t earlier) : problem_(&problem) {
        problem.journal.set_trial_runs(true);
        problem.called.set_search(&search, earlier);
    }
    ~trial_period() {
        problem_->journal.set_trial_runs(false);
        problem_->called.set_search(nullptr, 0);
    }
    trial_period(const trial_period&) = delete;
    trial_period& operator=(const trial_period&) = delete;

 private:
    merge_problem* problem_;
};

}  // namespace

std::string run_trials(running_search& search, double newest_loss, std::size_t earlier, merge_problem& problem) {
    const auto& stopping = problem.arguments.stopping;
    trial_teller tell(search, earlier, problem);
    if (problem.race)
        bouillon::enter_trials(*problem.race, search.history(), problem.losses);
    else
        bouillon::remember_trials(search.history(), problem.losses);
    const trial_period period(problem, search, earlier);
    std::string stopped_by;
    const auto step = [&] {
        if (stopped_by.empty()) stopped_by = search.stopped_by(stopping, newest_loss);
        if (!stopped_by.empty()) return false;
        if (problem.race)
            bouillon::run_trial(search, problem.losses, *problem.race, tell);
        else
            bouillon::run_trial(search, problem.losses, tell);
        return true;
    };
    bouillon::monitor one_after_another(1);
    (problem.side_by_side ? *problem.side_by_side : one_after_another).run(step);
    return stopped_by;
}
