// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/function_ref.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace bouillon {

/// Threads that a count of 0 ("all") stands for.
inline std::size_t thread_count(std::size_t requested) {
    if (requested > 0) return requested;
    const std::size_t cores = std::thread::hardware_concurrency();
    return cores > 0 ? cores : 1;
}

/// Calls `body(task, lane)` once for every task in [0, tasks), on up to `threads` threads.
///
/// lane < threads names the thread, for scratch memory. Which lane gets which task is left to chance, so a body's
/// result must not depend on it. Cost: about 20 us a thread.
/// @throws the first exception that a body threw, after all threads have stopped
inline void parallel_for(std::size_t tasks, std::size_t threads,
                         function_ref<void(std::size_t task, std::size_t lane)> body) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex failure_mutex;
    const auto work = [&](std::size_t lane) {
        try {
            for (std::size_t task; (task = next.fetch_add(1)) < tasks;) body(task, lane);
        } catch (...) {
            const std::lock_guard lock(failure_mutex);
            if (!failure) failure = std::current_exception();
            next = tasks;
        }
    };
    {
        std::vector<std::jthread> workers;  // (threads - 1)
        for (std::size_t lane = 1; lane < threads && lane < tasks; ++lane) workers.emplace_back(work, lane);
        work(0);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace bouillon
