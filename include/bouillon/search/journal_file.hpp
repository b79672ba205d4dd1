// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bouillon {

/// Whether a journal must be new, or may hold an earlier run that is continued.
enum class journal_mode { create, resume };

/// A file that grows by whole lines, each on the disk before `append` returns.
///
/// A last line without its end, which a kill can leave, is dropped when the file is opened.
class journal_file {
 public:
    /// Opens a file, or begins one.
    /// @throws input_error when it cannot be opened, is in use, or holds anything at all in mode `create`
    journal_file(std::filesystem::path path, journal_mode mode)
        : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
        if (file_.number() < 0) throw input_error(name() + std::strerror(errno));
        read_lines(mode);
    }

    /// The lines that the file held when it was opened, without their ends.
    const std::vector<std::string>& lines() const { return lines_; }

    /// Adds one line.
    /// @throws work_error when it cannot be written; the file then ends where it ended before
    void append(std::string line) {
        line += '\n';
        for (std::string_view left = line; !left.empty();) {
            const auto written = ::write(file_.number(), left.data(), left.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) give_up();
            left.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fdatasync(file_.number()) != 0) give_up();
        size_ += static_cast<off_t>(line.size());
        line.pop_back();
        last_ = std::move(line);
    }

    /// The last line, read or added, without its end; empty where there is none.
    const std::string& last() const { return last_; }

    /// How messages begin.
    std::string name() const { return "journal " + path_.string() + ": "; }

 private:
    void read_lines(journal_mode mode) {
        if (!std::filesystem::is_regular_file(path_)) throw input_error(name() + "it is not a regular file");
        if (::flock(file_.number(), LOCK_EX | LOCK_NB) != 0) throw input_error(name() + "another search is writing it");
        std::ifstream stream(path_, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (mode == journal_mode::create && !text.empty())
            throw input_error(name() + "it exists; resume it or name another file");
        std::size_t begin = 0;
        for (std::size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
            lines_.push_back(text.substr(begin, end - begin));
        if (!lines_.empty()) last_ = lines_.back();
        size_ = static_cast<off_t>(begin);
        if (::ftruncate(file_.number(), size_) != 0 || ::lseek(file_.number(), size_, SEEK_SET) != size_) give_up();
    }

    [[noreturn]] void give_up() {
        const std::string why = std::strerror(errno);
        if (::ftruncate(file_.number(), size_) == 0) ::lseek(file_.number(), size_, SEEK_SET);
        throw work_error(name() + "cannot be written: " + why);
    }

    std::filesystem::path path_;
    detail::file_descriptor file_;
    off_t size_ = 0;  // bytes of whole lines
    std::vector<std::string> lines_;
    std::string last_;
};

}  // namespace bouillon
