// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <numeric>
#include <span>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace bouillon {

/// Fills the numbers of task `task` and returns a remark, of which 255 bytes are kept.
using numbered_task = function_ref<std::string(std::size_t task, std::span<double> numbers)>;

/// What one of several tasks left.
struct task_result {
    std::vector<double> numbers = {};  ///< as many as were asked for
    std::string remark = {};           ///< of the task, at most 255 bytes
};

namespace detail {

/// Memory that child processes share with their parent.
class shared_memory {
 public:
    explicit shared_memory(std::size_t bytes)
        : bytes_(bytes), start_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (start_ == MAP_FAILED)
            throw work_error("cannot share " + to_string(bytes) +
                             " bytes with other processes: " + std::generic_category().message(errno));
    }
    ~shared_memory() { ::munmap(start_, bytes_); }
    shared_memory(const shared_memory&) = delete;
    shared_memory& operator=(const shared_memory&) = delete;

    std::byte* data() const { return static_cast<std::byte*>(start_); }

 private:
    std::size_t bytes_;
    void* start_;
};

/// The tasks' numbers and remarks, and which task is next, where all processes see them.
class task_board {
 public:
    explicit task_board(std::span<const std::size_t> sizes)
        : offsets_(sizes.size() + 1, 0),
          memory_(bytes_for(sizes)),
          next_(new (memory_.data()) std::atomic<std::size_t>(0)) {
        std::partial_sum(sizes.begin(), sizes.end(), offsets_.begin() + 1);
        new (remark(0)) char[offsets_.size() * remark_bytes]{};
        new (numbers_begin()) double[offsets_.back() + 1]{};
    }

    std::size_t tasks() const { return offsets_.size() - 1; }

    /// Does tasks until there is none left.
    void work(numbered_task task) {
        for (std::size_t i = (*next_)++; i < tasks(); i = (*next_)++) {
            std::string said;
            try {
                said = task(i, numbers(i));
            } catch (const std::exception& failure) {
                said = std::string(1, failed) + failure.what();
            }
            std::strncpy(remark(i), said.c_str(), remark_bytes - 2);
            remark(i)[remark_bytes - 1] = done;
        }
    }

    /// @throws work_error where the task threw, or the process that did it died
    task_result result(std::size_t i) {
        const char* const said = remark(i);
        if (said[remark_bytes - 1] != done)
            throw work_error("task " + to_string(i) + ": the process that worked on it died");
        if (said[0] == failed) throw work_error(said + 1);
        const auto filled = numbers(i);
        return {{filled.begin(), filled.end()}, said};
    }

 private:
    static constexpr std::size_t head_bytes = 64, remark_bytes = 257;  // of a remark, its end and whether it is done
    static constexpr char failed = '\1', done = '\1';

    static std::size_t rounded(std::size_t bytes) { return (bytes + head_bytes - 1) / head_bytes * head_bytes; }
    static std::size_t bytes_for(std::span<const std::size_t> sizes) {
        const std::size_t numbers = std::accumulate(sizes.begin(), sizes.end(), std::size_t{1});
        return head_bytes + rounded((sizes.size() + 1) * remark_bytes) + numbers * sizeof(double);
    }
    char* remark(std::size_t i) const {
        return reinterpret_cast<char*>(memory_.data() + head_bytes) + i * remark_bytes;
    }
    double* numbers_begin() const {
        return reinterpret_cast<double*>(memory_.data() + head_bytes + rounded(offsets_.size() * remark_bytes));
    }
    std::span<double> numbers(std::size_t i) const {
        return {numbers_begin() + offsets_[i], offsets_[i + 1] - offsets_[i]};
    }

    std::vector<std::size_t> offsets_;  // (tasks + 1), of numbers
    shared_memory memory_;
    std::atomic<std::size_t>* next_;
};

/// A child process that works at the board; not above 0 where it cannot be made.
inline pid_t start_worker(task_board& board, numbered_task task) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // whoever ends the comparison ends its workers
    board.work(task);
    std::fflush(nullptr);
    ::_exit(0);
}

}  // namespace detail

/// Does tasks in several processes that are copies of this one. What they leave, and in which order it comes, does not
/// hang on the number of processes, unless a task reads what another one wrote.
///
/// @param sizes (tasks), how many numbers each fills
/// @param processes 1: all in this process; 0: as many as there are processors
/// @param task is called once for each, in any order
/// @returns (tasks)
/// @throws work_error with the words of the first task that threw, or where a process died, after all have ended
inline std::vector<task_result> run_in_processes(std::span<const std::size_t> sizes, std::size_t processes,
                                                 numbered_task task) {
    detail::task_board board(sizes);
    if (processes == 0) processes = std::max(1U, std::thread::hardware_concurrency());
    processes = std::min(processes, std::max<std::size_t>(sizes.size(), 1));
    std::fflush(nullptr);  // what is buffered would be written by each copy
    std::vector<pid_t> workers;
    for (std::size_t i = 1; i < processes; ++i) {
        const pid_t worker = detail::start_worker(board, task);
        if (worker > 0) workers.push_back(worker);
    }
    if (workers.empty()) {
        board.work(task);
    } else if (const pid_t last = detail::start_worker(board, task); last > 0) {
        workers.push_back(last);  // this process only waits, so that what tasks write to its memory is the same for all
    }
    for (const pid_t worker : workers)
        while (::waitpid(worker, nullptr, 0) < 0 && errno == EINTR) continue;
    std::vector<task_result> results;
    for (std::size_t i = 0; i < board.tasks(); ++i) results.push_back(board.result(i));
    return results;
}

}  // namespace bouillon
