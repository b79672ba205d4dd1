// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/process/concept.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// A group whose processes are threads of one, for tests of what processes do together.
class thread_processes {
 public:
    /// What the processes of a group share.
    struct shared {
        explicit shared(std::size_t processes) : size(processes) {}

        std::size_t size;
        std::mutex mutex;
        std::condition_variable arrived;
        std::map<std::pair<std::size_t, std::size_t>, std::deque<std::vector<std::byte>>> messages;  // from, to
        std::map<std::size_t, std::shared_ptr<shared>> parts;                                        // by color
    };

    thread_processes(std::shared_ptr<shared> group, std::size_t rank)
        : group_(std::move(group)), rank_(rank), traffic_(std::make_shared<counts>()) {}

    std::size_t rank() const { return rank_; }
    std::size_t size() const { return group_->size; }
    std::size_t local_rank() const { return rank_; }
    std::size_t local_size() const { return group_->size; }
    std::string host() const { return "host" + std::string(1, static_cast<char>('0' + rank_)); }
    bouillon::process_traffic traffic() const { return {traffic_->sent, traffic_->received}; }

    void send(std::size_t to, std::span<const std::byte> message) const {
        const std::lock_guard lock(group_->mutex);
        group_->messages[{rank_, to}].emplace_back(message.begin(), message.end());
        traffic_->sent += message.size();
        group_->arrived.notify_all();
    }
    std::vector<std::byte> receive(std::size_t from) const {
        std::unique_lock lock(group_->mutex);
        auto& waiting = group_->messages[{from, rank_}];
        group_->arrived.wait(lock, [&] { return !waiting.empty(); });
        auto message = std::move(waiting.front());
        waiting.pop_front();
        traffic_->received += message.size();
        return message;
    }
    void all_gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) const {
        for (std::size_t other = 0; other < size(); ++other)
            if (other != rank_) send(other, bytes.subspan(begins[rank_], begins[rank_ + 1] - begins[rank_]));
        for (std::size_t other = 0; other < size(); ++other) {
            if (other == rank_) continue;
            const auto part = receive(other);
            std::copy(part.begin(), part.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begins[other]));
        }
    }
    /// Once a group: the colors of another time would be mixed up with these.
    thread_processes split(std::size_t color) const {
        const std::vector<std::byte> own(1, static_cast<std::byte>(color));
        for (std::size_t other = 0; other < size(); ++other)
            if (other != rank_) send(other, own);
        std::size_t before = 0, processes = 1;
        for (std::size_t other = 0; other < size(); ++other) {
            if (other == rank_ || receive(other) != own) continue;
            ++processes;
            before += other < rank_;
        }
        const std::lock_guard lock(group_->mutex);
        auto& part = group_->parts[color];
        if (!part) part = std::make_shared<shared>(processes);
        return {part, before};
    }

 private:
    struct counts {
        std::atomic<std::uint64_t> sent{0}, received{0};
    };

    std::shared_ptr<shared> group_;
    std::size_t rank_;
    std::shared_ptr<counts> traffic_;
};

/// Runs a body in each of several processes, and throws what one of them threw.
inline void in_processes(std::size_t processes, const std::function<void(const thread_processes&)>& body) {
    const auto group = std::make_shared<thread_processes::shared>(processes);
    std::vector<std::exception_ptr> failures(processes);
    {
        std::vector<std::jthread> threads;
        for (std::size_t rank = 0; rank < processes; ++rank)
            threads.emplace_back([&, rank] {
                try {
                    body(thread_processes(group, rank));
                } catch (...) {
                    failures[rank] = std::current_exception();
                }
            });
    }
    for (const auto& failure : failures)
        if (failure) std::rethrow_exception(failure);
}
