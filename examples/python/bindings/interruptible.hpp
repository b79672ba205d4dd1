// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings/python_lock.hpp"
#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

/// The flag of the work that this thread does: once true, it is to end. Null outside of interruptible().
inline const std::atomic<bool>*& stop_of_this_thread() {
    thread_local const std::atomic<bool>* stop = nullptr;
    return stop;
}

/// Runs long work that calls no Python, so that other threads of Python go on meanwhile and Ctrl-C ends it.
///
/// Python's handlers of signals run in its main thread alone, between two of its own steps. So the work has a thread of
/// its own, and the calling one asks for signals. Cost: about 50 us.
/// @param work called with a flag; once true, it ends as soon as it can, however it likes
/// @throws what the work throws, and what a handler of signals raises
template <class Work>
void interruptible(const Work& work) {
    constexpr std::chrono::milliseconds between_looks(50);
    std::atomic<bool> stop = false;
    std::packaged_task<void()> task([&] {
        stop_of_this_thread() = &stop;
        work(stop);
    });
    auto ended = task.get_future();
    std::thread worker(std::move(task));
    std::optional<nanobind::python_error> raised;
    {
        const lock_released released;
        while (ended.wait_for(between_looks) != std::future_status::ready) {
            const lock_held held;
            if (raised || PyErr_CheckSignals() == 0) continue;
            raised.emplace();
            stop = true;
        }
        worker.join();
    }
    if (raised) throw *raised;
    ended.get();
}
