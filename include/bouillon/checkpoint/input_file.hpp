// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string>
#include <sys/stat.h>
#include <sys/uio.h>

namespace bouillon {

/// A regular file open for reading, which must not change while it is.
///
/// It may be renamed, replaced by a rename or removed meanwhile.
class input_file {
 public:
    /// Opens a file.
    /// @throws input_error when `path` cannot be opened or is not a regular file
    explicit input_file(const std::filesystem::path& path)
        // Without O_NONBLOCK the open of a FIFO would wait for a writer.
        : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        if (file_.number() < 0 || ::fstat(file_.number(), &opened_) != 0)
            throw input_error(detail::system_failure(path, "open"));
        if (!S_ISREG(opened_.st_mode)) throw input_error(path.string() + ": not a regular file");
    }

    /// As it was given.
    const std::filesystem::path& path() const { return path_; }

    /// Bytes, when it was opened.
    std::size_t size() const { return static_cast<std::size_t>(opened_.st_size); }

    /// Reads a run of bytes, which must be among the file's. Several threads may.
    /// @param first byte of the file
    /// @param destination filled with what stands there
    /// @param what `what()`: what a message calls these bytes
    /// @throws input_error when the file became shorter or was written to since it was opened; work_error when the
    ///     system cannot read it
    template <class What>
    void read(std::size_t first, std::span<std::byte> destination, const What& what) const {
        assert(first <= size() && destination.size() <= size() - first);
        std::size_t done = 0;
        while (done < destination.size()) {
            const ssize_t got = ::pread(file_.number(), destination.data() + done, destination.size() - done,
                                        static_cast<off_t>(first + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw work_error(detail::system_failure(path_, "read " + std::string(what())));
            if (got == 0) break;  // the file ends here now
            done += static_cast<std::size_t>(got);
        }
        check_unchanged(what);
        if (done < destination.size())
            throw work_error(path_.string() + ": only " + to_string(done) + " of " + to_string(destination.size()) +
                             " bytes of " + std::string(what()) + " could be read");
    }

    /// Checks that the file is what it was when it was opened.
    /// @param what `what()`: what a message says was read
    /// @throws input_error when its size or time of last change is another
    template <class What>
    void check_unchanged(const What& what) const {
        struct stat now {};
        if (::fstat(file_.number(), &now) != 0)
            throw work_error(detail::system_failure(path_, "read " + std::string(what())));
        const bool same_time =
            now.st_mtim.tv_sec == opened_.st_mtim.tv_sec && now.st_mtim.tv_nsec == opened_.st_mtim.tv_nsec;
        if (now.st_size == opened_.st_size && same_time) return;
        throw input_error(path_.string() + ": changed while " + std::string(what()) + " was read (" +
                          to_string(now.st_size) + " bytes now, " + to_string(size()) + " when it was opened)");
    }

    /// Tells the system that bytes [first, first + size) will be read soon.
    ///
    /// So a disk or a network is asked for them in large pieces and ahead of time. Costs next to nothing where they are
    /// in memory already.
    void prefetch(std::size_t first, std::size_t size) const {
        if (size == 0) return;
        std::byte last{};
        const iovec one{&last, 1};
        if (::preadv2(file_.number(), &one, 1, static_cast<off_t>(first + size - 1), RWF_NOWAIT) == 1) return;
        constexpr std::size_t step = 1 << 20;  // what is asked for beyond the device's request size is not fetched
        for (std::size_t done = 0; done < size; done += step)
            ::posix_fadvise(file_.number(), static_cast<off_t>(first + done),
                            static_cast<off_t>(std::min(step, size - done)), POSIX_FADV_WILLNEED);
    }

 private:
    std::filesystem::path path_;
    detail::file_descriptor file_;
    struct stat opened_ {};
};

/// The bytes of a whole small file, e.g. a configuration.
/// @throws as input_file does
inline std::string read_file(const std::filesystem::path& path) {
    const input_file file(path);
    std::string bytes(file.size(), '\0');
    file.read(0, std::as_writable_bytes(std::span(bytes)), [] { return "it"; });
    return bytes;
}

}  // namespace bouillon
