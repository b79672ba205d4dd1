// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "printed.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <limits>
#include <string>
#include <unistd.h>
#include <utility>

/// A line on the terminal that is written over as work goes on; nothing where standard error is no terminal.
class progress_line {
 public:
    /// @param show_elsewhere takes the line in the terminal's place; may be empty
    explicit progress_line(std::size_t budget, std::function<void(const std::string&)> show_elsewhere = {})
        : budget_(budget), show_elsewhere_(std::move(show_elsewhere)) {}
    ~progress_line() { clear(); }
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    /// After trial `done` of this run, of which `left` more will follow. The loss is NaN for a failed trial.
    void trial(std::size_t number, std::size_t done, std::size_t left, double loss) {
        best_ = std::min(best_, std::isnan(loss) ? best_ : loss);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        const auto remaining = static_cast<long>(seconds / static_cast<double>(done) * static_cast<double>(left));
        show(printed("trial %zu/%zu   best loss %.4f   last %.4f   time left %ld:%02ld", number, budget_, best_, loss,
                     remaining / 60, remaining % 60));
    }

    void show(const std::string& text) {
        if (show_elsewhere_) return show_elsewhere_(text);
        if (!terminal_) return;
        std::fprintf(stderr, "\r\033[K%s", text.c_str());
        std::fflush(stderr);
    }

    void clear() {
        if (!show_elsewhere_) show("");
    }

 private:
    const bool terminal_ = ::isatty(STDERR_FILENO) != 0;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::size_t budget_;
    std::function<void(const std::string&)> show_elsewhere_;
    double best_ = std::numeric_limits<double>::infinity();
};
