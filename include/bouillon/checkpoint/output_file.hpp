// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>
#include <bouillon/core/to_string.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace bouillon {

/// What becomes of a file: a lasting one is to survive the machine; a passing one is read soon and then removed, so it
/// may stay in the system's cache, from where it is read fastest.
enum class file_life { lasting, passing };

/// A new file. A lasting one is on the disk, and not only in memory, once close() returned.
class output_file {
 public:
    /// Creates the file.
    /// @throws work_error when that is not possible: it must not exist
    explicit output_file(const std::filesystem::path& path, file_life life = file_life::lasting)
        : output_file(path,
                      detail::file_descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)),
                      life) {}

    /// Opens a file that another process has created, to write parts of it.
    /// @throws work_error when that is not possible
    static output_file existing(const std::filesystem::path& path, file_life life = file_life::lasting) {
        return {path, detail::file_descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC)), life};
    }

    /// What write_at() needs a multiple of, in memory and in the file, to write around the system's cache.
    static constexpr std::size_t direct_alignment = 4096;  // bytes

    /// Claims the space for `size` bytes now, where the file system can, so that a full disk is known before the work.
    void reserve(std::size_t size) {
        if (size == 0 || ::fallocate(file_.number(), 0, 0, static_cast<off_t>(size)) == 0) return;
        if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)
            throw work_error(detail::system_failure(path_, "write " + to_string(size) + " bytes"));
    }

    /// Writes behind what was written so.
    /// @throws work_error when the bytes cannot all be written, e.g. because the disk is full
    void write(std::span<const std::byte> bytes) {
        write_at(end_, bytes);
        end_ += bytes.size();
    }

    /// Writes at a place. Several threads may, at different ones.
    ///
    /// Where the place and the memory are multiples of direct_alignment and the file system can, what is a multiple of
    /// it goes to the disk at once, which is faster than through the system's cache and leaves that to the inputs.
    /// @param first byte of the file
    /// @param bytes what is to stand there
    /// @throws work_error when the bytes cannot all be written
    void write_at(std::size_t first, std::span<const std::byte> bytes) const {
        const bool aligned =
            first % direct_alignment == 0 && reinterpret_cast<std::uintptr_t>(bytes.data()) % direct_alignment == 0;
        const std::size_t whole = aligned ? bytes.size() / direct_alignment * direct_alignment : 0;
        const std::size_t direct = write_some(direct_, first, bytes.first(whole));
        bytes = bytes.subspan(direct);
        if (write_some(file_, first + direct, bytes) < bytes.size())
            throw work_error(detail::system_failure(path_, "write"));
    }

    /// Waits until the file, unless it is a passing one, is on the disk.
    /// @throws work_error when that fails; some file systems only then say that they are full
    void close() {
        const bool lasting = life_ == file_life::lasting;
        if ((lasting && ::fsync(file_.number()) != 0) || ::close(file_.release()) != 0)
            throw work_error(detail::system_failure(path_, "write"));
    }

 private:
    output_file(const std::filesystem::path& path, detail::file_descriptor opened, file_life life)
        : path_(path), file_(std::move(opened)), life_(life) {
        if (file_.number() < 0) throw work_error(detail::system_failure(path_, "create"));
        if (life_ == file_life::passing) return;
        direct_ = detail::file_descriptor(::open(path.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC));
    }

    /// The bytes written before the system refused, which says why in errno.
    static std::size_t write_some(const detail::file_descriptor& file, std::size_t first,
                                  std::span<const std::byte> bytes) {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t written =
                ::pwrite(file.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(first + done));
            if (written < 0 && errno != EINTR) break;
            if (written > 0) done += static_cast<std::size_t>(written);
        }
        return done;
    }

    std::filesystem::path path_;
    detail::file_descriptor file_;
    file_life life_;
    detail::file_descriptor direct_{-1};  // the same file around the cache; none where the file system cannot
    std::size_t end_ = 0;                 // of what write() wrote
};

/// Replaces the first bytes of a file, and waits until they are on the disk where it is a lasting one.
/// @throws work_error when that fails
inline void overwrite_start(const std::filesystem::path& path, std::string_view bytes,
                            file_life life = file_life::lasting) {
    const detail::file_descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.number() < 0 ||
        ::pwrite(file.number(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()) ||
        (life == file_life::lasting && ::fsync(file.number()) != 0))
        throw work_error(detail::system_failure(path, "write"));
}

/// Waits until the names in a directory (created, renamed, removed files) are on the disk.
/// @throws work_error when that fails
inline void sync_directory(const std::filesystem::path& path) {
    const detail::file_descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.number() < 0 || (::fsync(directory.number()) != 0 && errno != EINVAL))  // EINVAL: it has no such call
        throw work_error(detail::system_failure(path, "write"));
}

}  // namespace bouillon
