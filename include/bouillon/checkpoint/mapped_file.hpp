// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/core/error.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <sys/mman.h>

namespace bouillon {

/// A regular file mapped into memory for reading. Pages are read when touched; the mapping stays valid when the file is
/// renamed or removed, but touching what another process cut off the file ends this one with SIGBUS: what is read
/// through file() is safe from that.
class mapped_file {
 public:
    /// Throws input_error when `path` cannot be opened or is not a regular file.
    explicit mapped_file(const std::filesystem::path& path) : file_(path) {
        if (file_.size() == 0) return;  // nothing can be mapped, and nothing needs to be
        void* const address = ::mmap(nullptr, file_.size(), PROT_READ, MAP_PRIVATE, file_.descriptor(), 0);
        if (address == MAP_FAILED) throw input_error(detail::system_failure(path, "map"));
        mapping_ = {static_cast<std::byte*>(address), unmap{file_.size()}};
    }

    const std::filesystem::path& path() const { return file_.path(); }

    const input_file& file() const { return file_; }

    /// The whole file.
    std::span<const std::byte> bytes() const { return {mapping_.get(), mapping_.get_deleter().size}; }

 private:
    struct unmap {
        std::size_t size;
        void operator()(std::byte* address) const { ::munmap(address, size); }
    };

    input_file file_;
    std::unique_ptr<std::byte, unmap> mapping_{nullptr, unmap{0}};
};

}  // namespace bouillon
