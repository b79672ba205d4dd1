// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/process/concept.hpp>
#include <bouillon/process/single_process.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bouillon {

/// A group of processes of whatever kind, chosen at run time: for what is compiled once. Copies are of one group.
class any_processes {
 public:
    /// A single process.
    any_processes() : any_processes(single_process()) {}

    /// Takes a group.
    template <class Group>
    requires(!std::same_as<std::remove_cvref_t<Group>, any_processes>) &&
        // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): copies are excluded here
        process_group<std::remove_cvref_t<Group>> explicit any_processes(Group&& group)
        : held_(std::make_shared<held<std::remove_cvref_t<Group>>>(std::forward<Group>(group))) {}

    /// As process_group has it.
    std::size_t rank() const { return held_->rank(); }
    /// As process_group has it.
    std::size_t size() const { return held_->size(); }
    /// As process_group has it.
    std::size_t local_rank() const { return held_->local_rank(); }
    /// As process_group has it.
    std::size_t local_size() const { return held_->local_size(); }
    /// As process_group has it.
    std::string host() const { return held_->host(); }
    /// As process_group has it.
    void send(std::size_t to, std::span<const std::byte> message) const { held_->send(to, message); }
    /// As process_group has it.
    std::vector<std::byte> receive(std::size_t from) const { return held_->receive(from); }
    /// As process_group has it.
    void all_gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) const {
        held_->all_gather(bytes, begins);
    }
    /// As process_group has it.
    any_processes split(std::size_t color) const { return held_->split(color); }
    /// As process_group has it.
    process_traffic traffic() const { return held_->traffic(); }

 private:
    struct any {
        any() = default;
        any(const any&) = delete;
        any& operator=(const any&) = delete;
        virtual ~any() = default;
        virtual std::size_t rank() const = 0;
        virtual std::size_t size() const = 0;
        virtual std::size_t local_rank() const = 0;
        virtual std::size_t local_size() const = 0;
        virtual std::string host() const = 0;
        virtual void send(std::size_t to, std::span<const std::byte> message) const = 0;
        virtual std::vector<std::byte> receive(std::size_t from) const = 0;
        virtual void all_gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) const = 0;
        virtual any_processes split(std::size_t color) const = 0;
        virtual process_traffic traffic() const = 0;
    };
    template <class Group>
    struct held final : any {
        explicit held(Group given) : group(std::move(given)) {}
        std::size_t rank() const override { return group.rank(); }
        std::size_t size() const override { return group.size(); }
        std::size_t local_rank() const override { return group.local_rank(); }
        std::size_t local_size() const override { return group.local_size(); }
        std::string host() const override { return group.host(); }
        void send(std::size_t to, std::span<const std::byte> message) const override { group.send(to, message); }
        std::vector<std::byte> receive(std::size_t from) const override { return group.receive(from); }
        void all_gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) const override {
            group.all_gather(bytes, begins);
        }
        any_processes split(std::size_t color) const override { return any_processes(group.split(color)); }
        process_traffic traffic() const override { return group.traffic(); }

        Group group;
    };

    std::shared_ptr<const any> held_;
};

static_assert(process_group<any_processes>);

}  // namespace bouillon
