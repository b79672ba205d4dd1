// SPDX-License-Identifier: Apache-2.0
#include "scoring/held_out_input.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/held_out_file.hpp>

#include <cstdio>
#include <string>
#include <utility>

bouillon::held_out_set read_held_out_set(const std::filesystem::path& path) {
    if (auto questions = bouillon::read_questions(path)) return {questions->choices(), std::move(questions)};
    std::size_t short_ones = 0;
    bouillon::held_out_set set{bouillon::read_held_out(path, &short_ones), std::nullopt};
    if (short_ones > 0)
        std::fprintf(stderr, "bouillon: %s: left out %zu %s of less than 2 tokens\n", path.c_str(), short_ones,
                     short_ones == 1 ? "document" : "documents");
    return set;
}

void check_metric(const metric_choice& metric, bool questions, const std::filesystem::path& held_out) {
    if (&metric != &metric_choices().front() && !questions)
        throw bouillon::input_error("--metric " + std::string(metric.name) + " is of questions, but " +
                                    held_out.string() + " holds documents");
}
