// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/process/concept.hpp>
#include <bouillon/process/growing_pause.hpp>
#include <bouillon/process/single_process.hpp>

// MPI's own C++ classes, which are not used and do not compile everywhere.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#if defined(OPEN_MPI)
#    include <mpi-ext.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// Bytes of one message of MPI, which counts in int; longer ones go in pieces, of which the last is shorter.
inline constexpr std::size_t mpi_piece = std::size_t{1} << 30;

/// A communicator, and what went through it.
struct mpi_communicator {
    mpi_communicator(MPI_Comm given, bool is_own, std::shared_ptr<std::mutex> shared)
        : communicator(given), own(is_own), lock(std::move(shared)) {
        int number = 0;
        MPI_Comm_rank(communicator, &number);
        rank = static_cast<std::size_t>(number);
        MPI_Comm_size(communicator, &number);
        size = static_cast<std::size_t>(number);
        MPI_Comm here = MPI_COMM_NULL;
        MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
        MPI_Comm_rank(here, &number);
        local_rank = static_cast<std::size_t>(number);
        MPI_Comm_size(here, &number);
        local_size = static_cast<std::size_t>(number);
        MPI_Comm_free(&here);
    }
    ~mpi_communicator() {
        int finalized = 0;
        MPI_Finalized(&finalized);
        if (own && !finalized) MPI_Comm_free(&communicator);
    }
    mpi_communicator(const mpi_communicator&) = delete;
    mpi_communicator& operator=(const mpi_communicator&) = delete;

    MPI_Comm communicator;
    bool own;
    std::shared_ptr<std::mutex> lock;  // of all calls of MPI in this process
    std::size_t rank = 0, size = 1, local_rank = 0, local_size = 1;
    std::atomic<std::uint64_t> sent{0}, received{0};
};

}  // namespace detail

/// A group of processes that MPI started. Copies are of one group.
///
/// Several threads may call it, where no two receive from the same process at once. Whoever waits sleeps between two
/// looks, up to a millisecond, so that ranks may be more than processors.
class mpi_processes {
 public:
    /// Takes a group; mpi_session gives that of all processes.
    explicit mpi_processes(std::shared_ptr<detail::mpi_communicator> group) : group_(std::move(group)) {}

    /// As process_group has it.
    std::size_t rank() const { return group_->rank; }
    /// As process_group has it.
    std::size_t size() const { return group_->size; }
    /// As process_group has it.
    std::size_t local_rank() const { return group_->local_rank; }
    /// As process_group has it.
    std::size_t local_size() const { return group_->local_size; }
    /// As process_group has it.
    std::string host() const { return host_name(); }
    /// As process_group has it.
    process_traffic traffic() const { return {group_->sent, group_->received}; }

    /// As process_group has it.
    void send(std::size_t to, std::span<const std::byte> message) const {
        std::vector<MPI_Request> requests;
        for (std::size_t first = 0;; first += detail::mpi_piece) {
            const auto piece = message.subspan(first, std::min(detail::mpi_piece, message.size() - first));
            start_send(to, piece, messages, requests);
            if (piece.size() < detail::mpi_piece) break;
        }
        wait(requests);
    }

    /// As process_group has it.
    std::vector<std::byte> receive(std::size_t from) const {
        std::vector<std::byte> message;
        for (std::size_t size = detail::mpi_piece; size == detail::mpi_piece;) {
            size = 0;
            MPI_Message found = wait_for_message(from, size);
            const std::size_t end = message.size();
            message.resize(end + size);
            std::vector<MPI_Request> request(1);
            {
                const std::lock_guard lock(*group_->lock);
                MPI_Imrecv(message.data() + end, static_cast<int>(size), MPI_BYTE, &found, request.data());
            }
            wait(request);
            group_->received += size;
        }
        return message;
    }

    /// As process_group has it.
    void all_gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) const {
        const auto part = [&](std::size_t r) { return bytes.subspan(begins[r], begins[r + 1] - begins[r]); };
        std::vector<MPI_Request> requests;
        for (std::size_t step = 1; step < size(); ++step)
            for_each_piece(part((rank() + size() - step) % size()), [&](std::span<std::byte> piece) {
                const std::lock_guard lock(*group_->lock);
                MPI_Irecv(piece.data(), static_cast<int>(piece.size()), MPI_BYTE,
                          static_cast<int>((rank() + size() - step) % size()), parts, group_->communicator,
                          &requests.emplace_back());
                group_->received += piece.size();
            });
        for (std::size_t step = 1; step < size(); ++step)
            for_each_piece(part(rank()), [&](std::span<std::byte> piece) {
                start_send((rank() + step) % size(), piece, parts, requests);
            });
        wait(requests);
    }

    /// As process_group has it.
    mpi_processes split(std::size_t color) const {
        MPI_Comm made = MPI_COMM_NULL;
        const std::lock_guard lock(*group_->lock);
        MPI_Comm_split(group_->communicator, static_cast<int>(color), static_cast<int>(rank()), &made);
        return mpi_processes(std::make_shared<detail::mpi_communicator>(made, true, group_->lock));
    }

 private:
    enum tag : int { messages, parts };

    template <class Body>
    static void for_each_piece(std::span<std::byte> bytes, const Body& body) {
        for (std::size_t first = 0; first < bytes.size(); first += detail::mpi_piece)
            body(bytes.subspan(first, std::min(detail::mpi_piece, bytes.size() - first)));
    }

    void start_send(std::size_t to, std::span<const std::byte> piece, tag kind,
                    std::vector<MPI_Request>& requests) const {
        const std::lock_guard lock(*group_->lock);
        MPI_Isend(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, static_cast<int>(to), kind,
                  group_->communicator, &requests.emplace_back());
        group_->sent += piece.size();
    }

    /// @param size of the message, bytes; written
    MPI_Message wait_for_message(std::size_t from, std::size_t& size) const {
        for (detail::growing_pause pause;; pause()) {
            const std::lock_guard lock(*group_->lock);
            MPI_Message message = MPI_MESSAGE_NULL;
            MPI_Status status;
            int found = 0, count = 0;
            MPI_Improbe(static_cast<int>(from), messages, group_->communicator, &found, &message, &status);
            if (!found) continue;
            MPI_Get_count(&status, MPI_BYTE, &count);
            size = static_cast<std::size_t>(count);
            return message;
        }
    }

    void wait(std::vector<MPI_Request>& requests) const {
        for (detail::growing_pause pause;; pause()) {
            const std::lock_guard lock(*group_->lock);
            int done = 0;
            MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
            if (done) return;
        }
    }

    std::shared_ptr<detail::mpi_communicator> group_;
};

static_assert(process_group<mpi_processes>);

/// MPI, from its start in this process to its end.
class mpi_session {
 public:
    /// Starts MPI. Once a process.
    /// @throws work_error where MPI does not let several threads call it in turn
    mpi_session() {
        int provided = MPI_THREAD_SINGLE;
        MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
        if (provided < MPI_THREAD_SERIALIZED)
            throw work_error("MPI lets only one thread call it, but several do in turn");
        world_ = std::make_shared<detail::mpi_communicator>(MPI_COMM_WORLD, false, std::make_shared<std::mutex>());
    }
    ~mpi_session() { MPI_Finalize(); }
    mpi_session(const mpi_session&) = delete;
    mpi_session& operator=(const mpi_session&) = delete;

    /// All processes that were started together.
    mpi_processes world() const { return mpi_processes(world_); }

    /// Whether MPI itself can send what lies in the memory of a CUDA device, by its own word.
    static bool takes_device_memory() {
#if defined(MPIX_CUDA_AWARE_SUPPORT)
        return MPIX_Query_cuda_support() == 1;
#else
        return false;
#endif
    }

    /// Ends all processes that were started together, at once.
    /// @param status that the launcher is to end with
    [[noreturn]] static void abort(int status) {
        MPI_Abort(MPI_COMM_WORLD, status);
        std::abort();
    }

 private:
    std::shared_ptr<detail::mpi_communicator> world_;
};

}  // namespace bouillon
