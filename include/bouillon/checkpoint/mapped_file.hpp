// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/file_descriptor.hpp>
#include <bouillon/core/error.hpp>

#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <span>
#include <sys/mman.h>
#include <sys/stat.h>

namespace bouillon {

/// A regular file mapped into memory for reading. Pages are read when touched; the mapping stays valid when the file is
/// renamed or removed, but a file that another process truncates while mapped ends this one with SIGBUS.
class mapped_file {
 public:
    /// Throws input_error when `path` cannot be opened or is not a regular file.
    explicit mapped_file(const std::filesystem::path& path) : path_(path) {
        // Without O_NONBLOCK the open of a FIFO would wait for a writer.
        const detail::file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        struct stat status {};
        if (file.number() < 0 || ::fstat(file.number(), &status) != 0)
            throw input_error(detail::system_failure(path, "open"));
        if (!S_ISREG(status.st_mode)) throw input_error(path.string() + ": not a regular file");

        const auto size = static_cast<std::size_t>(status.st_size);
        if (size == 0) return;  // nothing can be mapped, and nothing needs to be
        void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (address == MAP_FAILED) throw input_error(detail::system_failure(path, "map"));
        mapping_ = {static_cast<std::byte*>(address), unmap{size}};
    }

    const std::filesystem::path& path() const { return path_; }

    /// The whole file.
    std::span<const std::byte> bytes() const { return {mapping_.get(), mapping_.get_deleter().size}; }

 private:
    struct unmap {
        std::size_t size;
        void operator()(std::byte* address) const { ::munmap(address, size); }
    };

    std::filesystem::path path_;
    std::unique_ptr<std::byte, unmap> mapping_{nullptr, unmap{0}};
};

}  // namespace bouillon
