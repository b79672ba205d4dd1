// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/score/printed_losses.hpp>
#include <bouillon/score/score_request.hpp>
#include <bouillon/score/shell_process.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// A path as one word of a shell command.
inline std::string shell_quote(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

namespace detail {

using placeholder = std::pair<std::string_view, std::string>;  // "{slot}" and what it becomes

/// A command in which placeholders have become what they stand for; what they became is not looked at again.
template <std::size_t Count>
std::string fill_placeholders(std::string_view command, const std::array<placeholder, Count>& placeholders) {
    std::string filled;
    while (!command.empty()) {
        std::size_t length = 1;  // of what comes next in the command
        std::string_view text = command.substr(0, 1);
        for (const auto& [name, value] : placeholders)
            if (command.starts_with(name)) {
                length = name.size();
                text = value;
            }
        filled += text;
        command.remove_prefix(length);
    }
    return filled;
}

}  // namespace detail

/// A scorer that is a program: it gets a checkpoint's path and prints its loss (lower is better), or one a document.
struct external_command {
    std::string command;               ///< run by /bin/sh; every {checkpoint} in it becomes the quoted path, {slot} the
                                       ///< number of the slot that it runs in, {trial} the number of the trial, or the
                                       ///< name of a merge that is none
    std::chrono::seconds limit{3600};  ///< a run that takes longer is ended, its children too
    std::shared_ptr<printed_sets> sets = {};  ///< take in the held-out sets that it tells losses by; null: nobody asks

    /// Runs the command on one checkpoint, until it ends: a process that it leaves in the background is not waited for.
    /// @returns (documents), or one value: what the last line that is not blank of what the command printed holds
    /// @throws work_error naming the command when it exits with another status than 0, dies, exceeds the limit, or that
    /// line holds no losses
    std::vector<double> operator()(const std::filesystem::path& checkpoint) const {
        return run({checkpoint}, 0, {}, [] { return false; });
    }

    /// The same, as one of several that run at once.
    /// @param request whose checkpoint it gets; its documents are the command's affair
    /// @param slot that it runs in, from 0 on
    /// @param log what it says is appended there; empty: this process's standard error
    /// @param stopped whether nobody wants the losses any more
    /// @throws interrupted when nobody does
    std::vector<double> run(const score_request& request, std::size_t slot, const std::filesystem::path& log,
                            function_ref<bool()> stopped) const {
        const std::array<detail::placeholder, 3> placeholders{
            {{"{checkpoint}", shell_quote(request.checkpoint.string())},
             {"{slot}", to_string(slot)},
             {"{trial}", request.trial ? to_string(*request.trial) : shell_quote(request.name)}}};
        const std::string filled = detail::fill_placeholders(command, placeholders);
        const auto deadline = std::chrono::steady_clock::now() + limit;
        try {
            detail::shell_process process(filled, false, log);
            std::string printed;
            const int status = process.wait(printed, {deadline, stopped});
            if (auto ending = detail::shell_process::how_it_ended(status); !ending.empty()) throw work_error(ending);
            return parse_printed_losses(printed, sets.get());
        } catch (const work_error& failure) {
            throw work_error("scorer `" + filled + "`: " + failure.what());
        }
    }
};

}  // namespace bouillon
