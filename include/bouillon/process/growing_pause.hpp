// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace bouillon::detail {

/// The pause between two looks at something that another process is to do: none at first, so that what comes at once
/// costs nothing, then up to a millisecond, so that waiting for long leaves the processor to others.
class growing_pause {
 public:
    void operator()() {
        if (looks_ < 200) {
            ++looks_;
            std::this_thread::yield();
            return;
        }
        std::this_thread::sleep_for(next_);
        next_ = std::min(next_ * 2, longest);
    }

    /// How long the next one sleeps at least; 0 while it only lets others go first.
    std::chrono::microseconds next() const { return looks_ < 200 ? std::chrono::microseconds(0) : next_; }

    static constexpr std::chrono::microseconds longest{1000};

 private:
    int looks_ = 0;
    std::chrono::microseconds next_{20};
};

}  // namespace bouillon::detail
