// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <vector>

/// While it lives, SIGINT and SIGTERM stop the merge that asks it, so that what was written so far is removed; then,
/// at its end, the signal ends the program. A second one does so at once.
class until_signal {
 public:
    until_signal() {
        struct sigaction action {};
        action.sa_handler = [](int number) {
            received = number;
            stop = true;
        };
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        for (const int number : numbers) {
            struct sigaction before {};
            ::sigaction(number, nullptr, &before);
            if (before.sa_handler != SIG_DFL) continue;  // one that is ignored stays so
            ::sigaction(number, &action, nullptr);
            caught_.push_back(number);
        }
    }
    ~until_signal() {
        for (const int number : caught_) std::signal(number, SIG_DFL);
        if (received != 0) std::raise(received);  // as if it had not been caught: the shell sees what ended the program
    }
    until_signal(const until_signal&) = delete;
    until_signal& operator=(const until_signal&) = delete;

    const std::atomic<bool>* asked() const { return &stop; }

 private:
    static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);
    static constexpr std::array numbers{SIGINT, SIGTERM};
    static inline std::atomic<bool> stop{false};
    static inline std::atomic<int> received{0};
    std::vector<int> caught_;
};
