// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/score/printed_losses.hpp>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// A child process that runs a shell command in a process group of its own, so that ending it ends its children too.
class shell_process {
 public:
    explicit shell_process(const std::string& command) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
        output_ = file_descriptor(ends[0]);
        const file_descriptor printed(ends[1]);  // closed here when the child has it, so that the output can end
        child_ = ::fork();
        if (child_ < 0) fail("fork");
        if (child_ == 0) {
            ::setpgid(0, 0);
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a search that is killed takes its scorer along
            ::dup2(printed.number(), STDOUT_FILENO);
            ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        ::setpgid(child_, child_);  // also here: whichever runs first, the group exists before it is signalled
    }
    ~shell_process() {
        if (child_ > 0) end();
    }
    shell_process(const shell_process&) = delete;
    shell_process& operator=(const shell_process&) = delete;

    /// Waits until the child has ended, whatever it started runs on and keeps its output open.
    /// @param printed what the child printed is appended to it
    /// @param deadline when to give up
    /// @returns its wait status
    /// @throws work_error past the deadline
    int wait(std::string& printed, std::chrono::steady_clock::time_point deadline) {
        using namespace std::chrono;
        bool open = true;
        while (!has_ended()) {
            const auto left = duration_cast<milliseconds>(deadline - steady_clock::now());
            if (left.count() <= 0) throw work_error("time limit reached");
            if (open)
                open = read_within(std::min(left, milliseconds(20)), printed);
            else
                ::usleep(1000);
        }
        if (open) read_rest(printed);
        return status_;
    }

 private:
    bool has_ended() {
        const pid_t ended = ::waitpid(child_, &status_, WNOHANG);
        if (ended < 0 && errno != EINTR) fail("waitpid");
        if (ended <= 0) return false;
        child_ = -1;
        return true;
    }
    /// Appends what is printed within some time; false once the output was closed.
    bool read_within(std::chrono::milliseconds time, std::string& printed) {
        pollfd waiting = {output_.number(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(time.count()));
        if (ready < 0 && errno != EINTR) fail("poll");
        return ready <= 0 || read_some(block, printed) > 0;
    }
    /// Appends what is in the pipe, and no more: another process may fill it for ever.
    void read_rest(std::string& printed) {
        int left = 0;  // bytes
        if (::ioctl(output_.number(), FIONREAD, &left) != 0) fail("ioctl");
        while (left > 0) left -= read_some(std::min(left, block), printed);
    }
    /// Appends `size` bytes at most; returns how many, 0 at the end.
    int read_some(int size, std::string& printed) {
        char bytes[block];
        ssize_t count = 0;
        while ((count = ::read(output_.number(), bytes, static_cast<std::size_t>(size))) < 0)
            if (errno != EINTR) fail("read");
        printed.append(bytes, static_cast<std::size_t>(count));
        return static_cast<int>(count);
    }
    void end() {
        ::kill(-child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }
    [[noreturn]] static void fail(const char* call) {
        throw work_error(std::string(call) + ": " + std::system_category().message(errno));
    }

    static constexpr int block = 4096;  // bytes

    pid_t child_ = -1;
    int status_ = 0;
    file_descriptor output_{-1};
};

}  // namespace detail

/// A path as one word of a shell command.
inline std::string shell_quote(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

/// A scorer that is a program: it gets a checkpoint's path and prints its loss (lower is better), or one a document.
struct external_command {
    std::string command;               ///< run by /bin/sh; every {checkpoint} in it becomes the quoted path
    std::chrono::seconds limit{3600};  ///< a run that takes longer is ended, its children too

    /// Runs the command on one checkpoint, until it ends: a process that it leaves in the background is not waited for.
    /// @returns (documents), or one value: what the last line that is not blank of what the command printed holds
    /// @throws work_error naming the command when it exits with another status than 0, dies, exceeds the limit, or that
    /// line holds no losses
    std::vector<double> operator()(const std::filesystem::path& checkpoint) const {
        const std::string filled = fill(checkpoint);
        try {
            return parse_printed_losses(run(filled));
        } catch (const work_error& failure) {
            throw work_error("scorer `" + filled + "`: " + failure.what());
        }
    }

 private:
    std::string fill(const std::filesystem::path& checkpoint) const {
        constexpr std::string_view placeholder = "{checkpoint}";
        const std::string path = shell_quote(checkpoint.string());
        std::string filled = command;
        for (std::size_t position = 0; (position = filled.find(placeholder, position)) != std::string::npos;
             position += path.size())
            filled.replace(position, placeholder.size(), path);
        return filled;
    }

    std::string run(const std::string& filled) const {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        detail::shell_process process(filled);
        std::string printed;
        const int status = process.wait(printed, deadline);
        if (WIFSIGNALED(status)) throw work_error("ended by signal " + to_string(WTERMSIG(status)));
        if (WEXITSTATUS(status) != 0) throw work_error("exit status " + to_string(WEXITSTATUS(status)));
        return printed;
    }
};

}  // namespace bouillon
