// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/process/concept.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

namespace bouillon {

/// The name of this machine, as it calls itself.
inline std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string("unknown host");
}

/// A group of one process: it has all there is, and nobody to talk to.
class single_process {
 public:
    /// 0.
    static constexpr std::size_t rank() { return 0; }
    /// 1.
    static constexpr std::size_t size() { return 1; }
    /// 0.
    static constexpr std::size_t local_rank() { return 0; }
    /// 1.
    static constexpr std::size_t local_size() { return 1; }
    /// The machine's name.
    static std::string host() { return host_name(); }
    /// There is no other process.
    void send(std::size_t, std::span<const std::byte>) const {}
    /// There is no other process.
    std::vector<std::byte> receive(std::size_t) const { return {}; }
    /// All is here.
    void all_gather(std::span<std::byte>, std::span<const std::size_t>) const {}
    /// One of one.
    single_process split(std::size_t) const { return {}; }
    /// None.
    static constexpr process_traffic traffic() { return {}; }
};

static_assert(process_group<single_process>);

}  // namespace bouillon
