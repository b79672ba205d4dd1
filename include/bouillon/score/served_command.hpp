// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/score/external_command.hpp>
#include <bouillon/score/printed_losses.hpp>
#include <bouillon/score/score_request.hpp>
#include <bouillon/score/shell_process.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// A scorer that is a program which stays: started once, it answers one request after another.
///
/// A request is one JSON line on its standard input, an answer one line that it prints, as an external_command's last
/// line is:
///
///     {"trial": 3, "name": "trial-3", "checkpoint": "/tmp/bouillon-x/7/merged", "documents": [4, 0, 9]}
///     {"losses": [3.25, 3.5, 2.75]}
///
/// `trial` is null where the search did not suggest the merge. `documents` is there only where losses of some are asked
/// for, in that order; a program may answer with those of all instead. A path is used for one merge only. An object
/// with "error" instead of "losses" fails the measurement, not the program. The input's end tells it to end. What it
/// prints that is no answer, because it begins with a letter, is passed over.
struct served_command {
    std::string command;               ///< run by /bin/sh; every {slot} in it becomes the number of its slot
    std::chrono::seconds limit{3600};  ///< an answer that takes longer, the first with the program's start, is none
    std::shared_ptr<printed_sets> sets = {};  ///< take in the held-out sets that it tells losses by; null: nobody asks
};

namespace detail {

/// A request as a line.
inline std::string request_line(const score_request& request) {
    nlohmann::ordered_json line = {{"trial", nullptr},
                                   {"name", request.name},
                                   {"checkpoint", std::filesystem::absolute(request.checkpoint).string()}};
    if (request.trial) line["trial"] = *request.trial;
    if (!request.documents.empty()) line["documents"] = request.documents;
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// Whether a line that a scorer printed is meant as an answer: a number (nan, too), an array or an object.
inline bool is_answer(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return false;
    line.remove_prefix(first);
    std::string word(line.substr(0, 3));
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return std::string_view("[{+-.0123456789").find(line.front()) != std::string_view::npos || word == "nan" ||
           word == "inf";
}

}  // namespace detail

/// A served_command in one slot: started at the first request, and again at the next one after it died.
class score_server {
 public:
    /// @param scorer what to start
    /// @param slot its number
    /// @param log what it says is appended there; empty: this process's standard error
    score_server(served_command scorer, std::size_t slot, std::filesystem::path log)
        : scorer_(std::move(scorer)),
          filled_(detail::fill_placeholders(scorer_.command,
                                            std::array<detail::placeholder, 1>{{{"{slot}", to_string(slot)}}})),
          log_(std::move(log)) {}

    /// Has a merge scored.
    /// @param request which merge, and what of it
    /// @param stopped whether nobody wants the losses any more
    /// @returns (scored), of the documents asked for, or (documents), or one value
    /// @throws work_error naming the command when it ends before it answers, the time is over or the answer is no
    /// losses
    /// @throws interrupted when nobody wants them any more
    std::vector<double> operator()(const score_request& request, function_ref<bool()> stopped) {
        try {
            return parse_printed_losses(answer(detail::request_line(request), stopped), scorer_.sets.get());
        } catch (const work_error& failure) {
            throw work_error("scorer `" + filled_ + "`: " + failure.what());
        }
    }

    /// Tells it to end; it is waited for when this is destroyed, so that several can be told at once.
    void close() {
        if (process_) process_->close_input();
    }
    ~score_server() {
        close();
        if (process_) process_->wait_for_end(std::chrono::seconds(10));
    }
    /// Takes another's program over.
    score_server(score_server&&) = default;
    score_server& operator=(score_server&&) = default;

 private:
    std::string answer(std::string_view question, function_ref<bool()> stopped) {
        const detail::process_limits limits{std::chrono::steady_clock::now() + scorer_.limit, stopped};
        if (!process_ || process_->has_ended()) {
            printed_.clear();
            process_ = std::make_unique<detail::shell_process>(filled_, true, log_);
        }
        try {
            process_->take_printed(printed_);
            require_no_answer();
            for (;;) {
                if (!process_->ask(question, printed_, limits))
                    throw work_error(process_->ending() + " before it answered");
                question = {};
                const auto end = printed_.find('\n');
                std::string line = printed_.substr(0, end);
                printed_.erase(0, end + 1);
                if (detail::is_answer(line)) return line;
            }
        } catch (...) {
            process_.reset();  // the next request must not get this one's answer
            throw;
        }
    }

    /// An answer to no request would be taken for the next one's.
    void require_no_answer() {
        for (std::size_t end; (end = printed_.find('\n')) != std::string::npos; printed_.erase(0, end + 1))
            if (const auto line = std::string_view(printed_).substr(0, end); detail::is_answer(line))
                throw work_error("printed " + detail::quote_line(line) + " without a request");
    }

    served_command scorer_;
    std::string filled_;
    std::filesystem::path log_;
    std::unique_ptr<detail::shell_process> process_;
    std::string printed_;  // what is not answered with yet
};

}  // namespace bouillon
