// SPDX-License-Identifier: Apache-2.0
#include "search/search_trials.hpp"

#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/search_options.hpp>

#include "progress.hpp"
#include "report/json_output.hpp"

#include <cstdio>
#include <limits>

namespace {

/// Tells of each trial as it ends.
class trial_teller {
 public:
    trial_teller(const running_search& search, std::size_t earlier, const merge_problem& problem)
        : problem_(&problem),
          earlier_(earlier),
          left_(search.options().budget - search.resumed()),
          progress_(search.options().budget) {}

    void operator()(const bouillon::trial_event& event) {
        ++done_;
        if (problem_->arguments.json) print_line(trial_json(event, earlier_, problem_->newest_losses, problem_->names));
        const double loss =
            event.losses.empty() ? std::numeric_limits<double>::quiet_NaN() : bouillon::mean_loss(event.losses).mean;
        progress_.trial(event.trial.ticket + 1, done_, left_ - done_, loss);
        if (!event.losses.empty()) return;
        progress_.clear();
        std::fprintf(stderr, "bouillon: trial %zu failed: %s\n", earlier_ + event.trial.ticket,
                     event.observation.reason.c_str());
    }

 private:
    const merge_problem* problem_;
    std::size_t earlier_, left_, done_ = 0;
    progress_line progress_;
};

/// While it lives, what is measured is a trial's.
class trial_period {
 public:
    explicit trial_period(measurement_journal& journal) : journal_(&journal) { journal.set_trial_runs(true); }
    ~trial_period() { journal_->set_trial_runs(false); }
    trial_period(const trial_period&) = delete;
    trial_period& operator=(const trial_period&) = delete;

 private:
    measurement_journal* journal_;
};

}  // namespace

std::string run_trials(running_search& search, double newest_loss, std::size_t earlier, merge_problem& problem) {
    const auto& stopping = problem.arguments.stopping;
    trial_teller tell(search, earlier, problem);
    if (problem.race)
        bouillon::enter_trials(*problem.race, search.history(), problem.losses);
    else
        bouillon::remember_trials(search.history(), problem.losses);
    const trial_period period(problem.journal);
    for (;;) {
        if (auto option = search.stopped_by(stopping, newest_loss); !option.empty()) return option;
        if (problem.race)
            bouillon::run_trial(search, problem.losses, *problem.race, tell);
        else
            bouillon::run_trial(search, problem.losses, tell);
    }
}
