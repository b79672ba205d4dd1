// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "printed.hpp"

#include <algorithm>
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

    /// After a trial. The loss is NaN for a failed one.
    void trial(std::size_t number, double loss, double seconds_left) {
        best_ = std::min(best_, std::isnan(loss) ? best_ : loss);
        show(printed("trial %zu/%zu   best loss %.4f   last %.4f   time left %s", number, budget_, best_, loss,
                     duration_text(seconds_left).c_str()));
    }

    /// While something beside the trials is measured.
    void stage(const std::string& name, double seconds_left) {
        const std::string text = "measuring " + name;
        show(show_elsewhere_ ? text : text + "   time left " + duration_text(seconds_left));
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
    std::size_t budget_;
    std::function<void(const std::string&)> show_elsewhere_;
    double best_ = std::numeric_limits<double>::infinity();
};
