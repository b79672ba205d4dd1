// SPDX-License-Identifier: Apache-2.0
#include "search/search_outputs.hpp"

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include "checkpoints/merge_writer.hpp"
#include "report/html_report.hpp"
#include "report/json_output.hpp"
#include "report/page_json.hpp"
#include "report/report_output.hpp"
#include "report/search_page.hpp"
#include "shell_word.hpp"
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {

/// Does one thing after the other, whichever of them fail.
class attempts {
 public:
    /// @param file that is written
    /// @param remedy what can be done when it fails, to end the message with
    template <class Action>
    void operator()(const std::filesystem::path& file, const std::string& remedy, const Action& action) try {
        action();
    } catch (const std::exception& failure) {
        const std::string text = failure.what();
        const bool named = text.find(file.string()) != text.npos;
        failures_.push_back((named ? text : file.string() + ": cannot be written: " + text) + remedy);
    }

    /// @throws work_error where something failed; what failed before that is told
    void finish() const {
        if (failures_.empty()) return;
        for (std::size_t i = 0; i + 1 < failures_.size(); ++i)
            std::fprintf(stderr, "bouillon: %s\n", failures_[i].c_str());
        throw bouillon::work_error(failures_.back());
    }

 private:
    std::vector<std::string> failures_;
};

/// While it lives, a reader of standard output that is gone ends nothing: what follows is still to be written.
class without_reader {
 public:
    without_reader() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
    ~without_reader() { std::signal(SIGPIPE, before_); }
    without_reader(const without_reader&) = delete;
    without_reader& operator=(const without_reader&) = delete;

 private:
    void (*before_)(int);
};

void print_verdict(const merge_problem& problem, const bouillon::merge_report& report, const search_result& result,
                   const nlohmann::ordered_json& line) {
    const without_reader gone;
    const auto& arguments = problem.arguments;
    if (arguments.json) return print_line(line);
    if (result.stopped_by != "budget")
        std::printf("Stopped by --%s after %zu of %zu trials\n\n", result.stopped_by.c_str(), result.trials,
                    arguments.budget);
    std::fputs(result_text(report, result.front, problem.names, problem.wording).c_str(), stdout);
    std::fflush(stdout);
}

/// How the checkpoint to use can be written by hand.
std::string merge_remedy(const merge_problem& problem, const std::vector<double>& merge_weights) {
    const auto& arguments = problem.arguments;
    if (merge_weights.size() != problem.checkpoints())
        return arguments.journal.empty() ? std::string(". Its merge weights are told above")
                                         : ". `bouillon search` with --resume writes it, and measures nothing again";
    std::string command = "bouillon merge";
    for (std::size_t k = 0; k < merge_weights.size(); ++k)
        if (merge_weights[k] != 0)
            command +=
                ' ' + shell_word(arguments.checkpoints[k].string() + ':' + bouillon::to_string(merge_weights[k]));
    const auto& set = arguments.set;
    if (set.dtype->type) command += " --dtype " + std::string(set.dtype->name);
    for (const auto& pattern : set.kept) command += " --keep-dtype " + shell_word(pattern);
    if (set.integers->newest) command += " --integers newest";
    for (const auto& prefix : set.prefixes) command += " --strip " + shell_word(prefix);
    if (!set.config.empty()) command += " --config " + shell_word(set.config.string());
    if (arguments.allow_non_finite) command += " --allow-non-finite";
    return ". To write it: " + command + " --out " + shell_word(arguments.out.string());
}

/// What --out is to hold.
struct written_merge {
    std::vector<double> merge_weights;
    std::string what, decision;  // for people; for programs
};

written_merge to_write(const merge_problem& problem, const bouillon::merge_report& report) {
    if (const std::size_t number = problem.arguments.choose; number > 0)
        return {problem.journal.front_merge(number),
                "merge that you chose, " + bouillon::to_string(number) + " of the front", "chosen"};
    if (report.merge()) return {report.found().merge_weights, "found merge", "merge"};
    return {problem.newest(), "newest checkpoint", "keep newest"};
}

std::string report_remedy(const search_arguments& arguments) {
    if (arguments.journal.empty()) return ". Without --journal it cannot be made again";
    return ". To write it: bouillon report " + shell_word(arguments.journal.string()) + " --out " +
           shell_word(arguments.report.string());
}

}  // namespace

void put_out(merge_problem& problem, const bouillon::checkpoint_set& checkpoints, const bouillon::merge_report& report,
             const search_result& result, std::optional<report_file>& page_file) {
    const auto& arguments = problem.arguments;
    auto line = result_json(report, result, problem.names, problem.wording);
    if (problem.window > 0) line["window"] = problem.window;
    if (problem.precision != bouillon::precision::float32) line["precision"] = name_of(problem.precision);
    print_verdict(problem, report, result, line);
    report_page page;
    if (arguments.has_page()) page = make_page(problem, &checkpoints, report, result);
    attempts attempt;
    if (!arguments.journal.empty())
        attempt(arguments.journal, ". The verdict above stands", [&] {
            auto ended = line;
            ended["page"] = page_json(page);
            problem.journal.end(ended);
        });
    if (!arguments.out.empty()) {
        const auto [weights, what, decision] = to_write(problem, report);
        attempt(arguments.out, merge_remedy(problem, weights), [&] {
            write_result(decision, weights, checkpoints, problem.groups, arguments);
            if (!arguments.json) std::printf("Written: %s (the %s)\n", arguments.out.c_str(), what.c_str());
        });
    }
    if (page_file) attempt(arguments.report, report_remedy(arguments), [&] { page_file->publish(html_report(page)); });
    attempt.finish();
}
