// SPDX-License-Identifier: Apache-2.0
#include "search/search_arguments.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/staged_output.hpp>
#include <bouillon/search/search_options.hpp>

#include "checkpoints/run_checkpoints.hpp"

#include <array>
#include <utility>
#include <vector>

namespace {

void set_paper(search_arguments& arguments) {
    arguments.acquisition = &paper_acquisition();
    arguments.space = &paper_space();
    arguments.full = true;
}

/// Both ends first; the second trial is spent on the newest checkpoint.
void set_search_of_paper(bouillon::search_options& options) {
    options.initial_trials = 2;
    options.known.clear();
}

constexpr std::array presets = {preset_choice{"paper", set_paper, set_search_of_paper}};

/// One file of two outputs would be neither.
void check_outputs_differ(const search_arguments& arguments) {
    std::vector<std::pair<const char*, std::filesystem::path>> outputs = {
        {"--out", arguments.out}, {"--report", arguments.report}, {"--journal", arguments.journal}};
    if (arguments.groups.any() && !arguments.journal.empty())
        outputs.emplace_back("the journal of groups", arguments.journal.string() + ".groups");
    std::erase_if(outputs, [](const auto& output) { return output.second.empty(); });
    for (auto& [name, path] : outputs) path = std::filesystem::weakly_canonical(path);
    for (std::size_t i = 1; i < outputs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (outputs[i].second == outputs[j].second)
                throw bouillon::input_error(outputs[i].second.string() + ": is both " + outputs[j].first + " and " +
                                            outputs[i].first);
}

/// What only a command has.
void check_command_options(const search_arguments& arguments) {
    if (arguments.has_command()) return;
    const auto refuse = [](const std::string& option) {
        throw bouillon::input_error(option + " needs --score COMMAND or --serve COMMAND");
    };
    if (arguments.jobs > 1) refuse("--jobs");
    if (!arguments.logs.empty()) refuse("--logs");
    if (!arguments.scratch.empty()) refuse("--scratch");
}

void check_usage(const search_arguments& arguments) {
    const auto refuse = [](const std::string& what) { throw bouillon::input_error(what); };
    if (!arguments.guards.empty() && arguments.preset) refuse("--preset paper keeps no guards: leave out --guard");
    if (arguments.groups.any() && arguments.preset)
        refuse("--preset paper has the same merge weights for all tensors: leave out --groups");
    if (arguments.checkpoints.size() < 2)
        refuse("search takes 2 or more checkpoints, but " + bouillon::to_string(arguments.checkpoints.size()) +
               " is given" + remedy_of_one(arguments.checkpoints));
    if (!arguments.held_out.empty() + !arguments.score.empty() + !arguments.serve.empty() != 1)
        refuse("give one of --held-out FILE, --score COMMAND and --serve COMMAND");
    check_names(arguments.held_out, "--held-out");
    check_names(arguments.test, "--test");
    check_names(arguments.weights, "--weight");
    if (!arguments.has_command() && !arguments.weights.empty())
        refuse("--weight is of the sets that a command prints: --held-out NAME=FILE:WEIGHT gives others one");
    if (arguments.has_command() && !arguments.test.empty())
        refuse("--test needs --held-out: of what a command measures, --confirm sets a share aside");
    check_command_options(arguments);
    if (arguments.confirm && !arguments.test.empty())
        refuse("--confirm sets documents aside to judge on, which --test is for: give one of them");
    if (arguments.resume && arguments.journal.empty()) refuse("--resume needs --journal FILE");
    if (arguments.choose > 0 && !arguments.resume)
        refuse("--choose is of the front of a search that has ended: it needs its --journal FILE and --resume");
    if (!arguments.out.empty()) bouillon::require_writable_target(arguments.out, arguments.force);
    check_outputs_differ(arguments);
}

}  // namespace

std::span<const preset_choice> preset_choices() { return presets; }

search_arguments resolved(search_arguments arguments) {
    if (arguments.preset) arguments.preset->set_arguments(arguments);
    arguments.checkpoints = taken_checkpoints(arguments.checkpoints, arguments.selection);
    check_usage(arguments);
    if (!arguments.test.empty()) arguments.test = matched(arguments.test, arguments.held_out);
    const std::size_t checkpoints = arguments.checkpoints.size();
    if (arguments.space == &space_choices().front()) arguments.space = &default_space(checkpoints);
    const any_space space = arguments.space->make(checkpoints, arguments.bounds);
    if (arguments.kernel == &kernel_choices().front()) arguments.kernel = &default_kernel(space.dimension());
    if (arguments.acquisition == &acquisition_choices().front()) arguments.acquisition = &default_acquisition();
    return arguments;
}
