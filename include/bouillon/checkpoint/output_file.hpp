// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/file_descriptor.hpp>
#include <bouillon/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <unistd.h>

namespace bouillon {

/// A new file, written from its start to its end. It is on the disk, and not only in memory, once close() returned.
class output_file {
 public:
    /// Creates the file, which must not exist. Throws work_error when that is not possible.
    explicit output_file(const std::filesystem::path& path)
        : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
        if (file_.number() < 0) throw work_error(detail::system_failure(path_, "create"));
    }

    /// Claims the space for `size` bytes now, where the file system can, so that a full disk is known before the work.
    void reserve(std::size_t size) {
        if (size == 0 || ::fallocate(file_.number(), 0, 0, static_cast<off_t>(size)) == 0) return;
        if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)
            throw work_error(detail::system_failure(path_, "write " + std::to_string(size) + " bytes"));
    }

    /// Throws work_error when the bytes cannot all be written, e.g. because the disk is full.
    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(file_.number(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw work_error(detail::system_failure(path_, "write"));
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }

    /// Waits until the file is on the disk. Throws work_error when that fails; some file systems only then say that
    /// they are full.
    void close() {
        if (::fsync(file_.number()) != 0 || ::close(file_.release()) != 0)
            throw work_error(detail::system_failure(path_, "write"));
    }

 private:
    std::filesystem::path path_;
    detail::file_descriptor file_;
};

/// Waits until the names in a directory (created, renamed, removed files) are on the disk.
/// Throws work_error when that fails.
inline void sync_directory(const std::filesystem::path& path) {
    const detail::file_descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.number() < 0 || (::fsync(directory.number()) != 0 && errno != EINVAL))  // EINVAL: it has no such call
        throw work_error(detail::system_failure(path, "write"));
}

}  // namespace bouillon
