// SPDX-License-Identifier: Apache-2.0
#include "checkpoints/merge_writer.hpp"

#include <bouillon/merge/write_merged.hpp>
#include <bouillon/version.hpp>

#include "until_signal.hpp"

void write_merge(const bouillon::checkpoint_set& checkpoints, const std::vector<double>& merge_weights,
                 const std::filesystem::path& output, const bouillon::write_options& options) {
    bouillon::write_merged(checkpoints, merge_weights, output, options);
}

void write_again(const std::filesystem::path& recipe, const std::filesystem::path& output,
                 const bouillon::write_options& options) {
    bouillon::reproduce_merge(bouillon::read_recipe(recipe), output, options);
}

void write_result(bool merged, const std::vector<double>& merge_weights, const bouillon::checkpoint_set& checkpoints,
                  const bouillon::tensor_groups& groups, const search_arguments& arguments) {
    const until_signal signal;
    write_merge(checkpoints, merge_weights, arguments.out,
                {.force = arguments.force,
                 .provenance = {{"bouillon.version", bouillon::version},
                                {"bouillon.decision", merged ? "merge" : "keep newest"}},
                 .threads = arguments.threads,
                 .groups = groups,
                 .stop = signal.asked()});
}
