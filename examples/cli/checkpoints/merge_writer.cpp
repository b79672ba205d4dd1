// SPDX-License-Identifier: Apache-2.0
#include "checkpoints/merge_writer.hpp"

#include <bouillon/merge/check_output.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/version.hpp>

#include "progress.hpp"
#include "until_signal.hpp"

namespace {

/// How a search writes.
bouillon::write_options options_of(const bouillon::tensor_groups& groups, const search_arguments& arguments) {
    return {.force = arguments.force,
            .threads = arguments.threads,
            .allow_non_finite = arguments.allow_non_finite,
            .groups = groups};
}

}  // namespace

void write_merge(const bouillon::checkpoint_set& checkpoints, const std::vector<double>& merge_weights,
                 const std::filesystem::path& output, const bouillon::write_options& options) {
    bouillon::write_merged(checkpoints, merge_weights, output, options);
}

void write_again(const std::filesystem::path& recipe, const std::filesystem::path& output,
                 const bouillon::write_options& options) {
    bouillon::reproduce_merge(bouillon::read_recipe(recipe), output, options);
}

void check_result(const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups,
                  const search_arguments& arguments) {
    const auto options = options_of(groups, arguments);
    progress_line progress(arguments.budget);
    progress.show("reading the checkpoints, for what would stop a merge");
    if (!arguments.out.empty())
        bouillon::check_output(checkpoints, arguments.out, options);
    else if (arguments.has_command())
        bouillon::check_inputs(checkpoints, options);
}

void write_result(const std::string& decision, const std::vector<double>& merge_weights,
                  const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups,
                  const search_arguments& arguments) {
    const until_signal signal;
    auto options = options_of(groups, arguments);
    options.provenance = {{"bouillon.version", bouillon::version}, {"bouillon.decision", decision}};
    options.stop = signal.asked();
    write_merge(checkpoints, merge_weights, arguments.out, options);
}
