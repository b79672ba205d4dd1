// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/function_ref.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bouillon {

/// Threads of which one works at a time, but for what each of them waits for.
///
/// What they share needs no lock of its own: a thread gives way to the others only inside `wait`. So steps that were
/// written for one thread run side by side where all that takes long is waited for. Outside of `run` it is one
/// thread's, and `wait` only waits. Reference: Hoare (1974), "Monitors: an operating system structuring concept".
class monitor {
 public:
    /// @param threads that `run` has, the caller's among them; 0 counts as 1
    explicit monitor(std::size_t threads) : threads_(threads > 0 ? threads : 1) {}
    monitor(const monitor&) = delete;
    monitor& operator=(const monitor&) = delete;

    /// Threads that may wait at once.
    std::size_t threads() const { return threads_; }

    /// Calls a step again and again in every thread, in each until it gives false.
    ///
    /// @param step returns whether its thread goes on
    /// @throws the first exception that a step threw, after all threads have ended: no further step is begun, and
    ///     `stopping` is true meanwhile
    void run(function_ref<bool()> step) {
        if (threads_ == 1 || running_) {
            while (step()) {
            }
            return;
        }
        std::exception_ptr failure;
        const auto work = [&] {
            const std::lock_guard turn(turn_);
            try {
                while (!stopping_ && step()) {
                }
            } catch (...) {
                if (!failure) failure = std::current_exception();
                stopping_ = true;
            }
        };
        const run_period period(*this);
        {
            std::vector<std::jthread> others;  // (threads - 1)
            for (std::size_t i = 1; i < threads_; ++i) others.emplace_back(work);
            work();
        }
        if (failure) std::rethrow_exception(failure);
    }

    /// Calls a function while the other threads work, and gives what it gives.
    template <class Function>
    auto wait(Function&& function) {
        const give_way others(running_ ? &turn_ : nullptr);
        return std::forward<Function>(function)();
    }

    /// Whether a step has failed, so that whoever waits for long should give up: safe to ask inside `wait`.
    bool stopping() const { return stopping_; }

 private:
    /// While it lives there are other threads, which end before it does.
    class run_period {
     public:
        explicit run_period(monitor& owner) : owner_(&owner) { owner.running_ = true; }
        ~run_period() {
            owner_->running_ = false;
            owner_->stopping_ = false;
        }
        run_period(const run_period&) = delete;
        run_period& operator=(const run_period&) = delete;

     private:
        monitor* owner_;
    };

    /// Not this thread's turn while it lives, whatever ends it.
    class give_way {
     public:
        explicit give_way(std::mutex* turn) : turn_(turn) {
            if (turn_) turn_->unlock();
        }
        ~give_way() {
            if (turn_) turn_->lock();
        }
        give_way(const give_way&) = delete;
        give_way& operator=(const give_way&) = delete;

     private:
        std::mutex* turn_;
    };

    std::size_t threads_;
    std::mutex turn_;
    bool running_ = false;  // written while no other thread is there
    std::atomic<bool> stopping_{false};
};

}  // namespace bouillon
