// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/pipe.hpp>
#include <bouillon/core/to_string.hpp>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bouillon::detail {

/// When whoever waits for a process gives up.
struct process_limits {
    std::chrono::steady_clock::time_point deadline;
    function_ref<bool()> stopped;  ///< whether the caller wants no answer any more
};

/// Whether a process of a group still works: one that has ended counts no more, though nobody may have asked how.
inline bool group_works(pid_t group) {
    if (::kill(-group, 0) != 0) return false;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        std::ifstream file(entry.path() / "stat");  // PID (NAME) STATE PARENT GROUP ...
        std::string line;
        if (!std::getline(file, line)) continue;
        char state = 0;
        int parent = 0, its_group = 0;
        if (std::sscanf(line.c_str() + line.rfind(')') + 1, " %c %d %d", &state, &parent, &its_group) == 3 &&
            its_group == group && state != 'Z')
            return true;
    }
    return false;
}

/// A shell command that runs in a process group of its own, so that ending it ends its children too.
///
/// Where this process ends first, whatever ends it, the group is told to end (SIGTERM) and 5 seconds later is ended.
class shell_process {
 public:
    /// @param command run by /bin/sh
    /// @param input whether its standard input is what `ask` writes; else it is empty: a terminal's would stop whoever
    ///     reads it outside of the terminal's group
    /// @param log its standard error, and what it prints, are appended there; empty: this process's standard error
    /// @throws work_error where it cannot be started, or the log not be opened
    explicit shell_process(const std::string& command, bool input = false, const std::filesystem::path& log = {}) {
        pipe_ends printed, life;
        if (!log.empty()) log_ = file_descriptor(open_log(log));
        if (input) {
            pipe_ends asked;
            ::fcntl(asked.write.number(), F_SETFL, O_NONBLOCK);
            start(command, {asked.read.number(), printed.write.number(), log_.number(), life.read.number()});
            input_ = std::move(asked.write);
        } else {
            const file_descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            start(command, {nothing.number(), printed.write.number(), log_.number(), life.read.number()});
        }
        output_ = std::move(printed.read);
        life_ = std::move(life.write);
    }
    ~shell_process() {
        if (child_ > 0) end();
    }
    shell_process(const shell_process&) = delete;
    shell_process& operator=(const shell_process&) = delete;

    /// Waits until the command has ended, whatever it started runs on and keeps its output open.
    /// @param printed what it printed is appended to it
    /// @returns its wait status
    /// @throws work_error past the deadline
    /// @throws interrupted where nobody wants the answer any more
    int wait(std::string& printed, const process_limits& limits) {
        bool open = true;
        while (!has_ended()) {
            const auto time = step_of(limits);
            if (open)
                open = read_within(time, printed);
            else
                ::usleep(1000);
        }
        if (open) read_rest(printed);
        return status_;
    }

    /// Writes to the standard input, and waits for a whole line.
    /// @param question is written first
    /// @param printed what the command printed is appended to it, up to the end of a line or more
    /// @returns whether a line is there; false: the command ended, or closed its output
    /// @throws as `wait` does
    bool ask(std::string_view question, std::string& printed, const process_limits& limits) {
        while (printed.find('\n') == std::string::npos) {
            if (!transfer_within(step_of(limits), question, printed)) return false;
        }
        return true;
    }

    /// Appends what the command has printed since.
    void take_printed(std::string& printed) { read_rest(printed); }

    /// How a command that closed its output ended: "exit status 1", "ended by signal 9".
    std::string ending() {
        wait_for_end(std::chrono::seconds(1));
        if (child_ > 0) return "closed its output";
        const std::string how = how_it_ended(status_);
        return how.empty() ? "ended" : how;
    }

    /// Whether the command has ended.
    bool has_ended() {
        if (child_ < 0) return true;
        const pid_t ended = ::waitpid(child_, &status_, WNOHANG);
        if (ended < 0 && errno != EINTR) fail("waitpid");
        if (ended <= 0) return false;
        child_ = -1;
        dismiss_watcher();  // what the command left in the background lives on
        return true;
    }

    /// The same of a wait status; empty where it is 0.
    static std::string how_it_ended(int status) {
        if (WIFSIGNALED(status)) return "ended by signal " + to_string(WTERMSIG(status));
        return WEXITSTATUS(status) == 0 ? "" : "exit status " + to_string(WEXITSTATUS(status));
    }

    /// Closes the standard input, which tells a command that keeps reading it to end.
    void close_input() { input_ = file_descriptor(-1); }

    /// Gives a command that was told to end time to do so.
    void wait_for_end(std::chrono::milliseconds most) {
        const auto last = std::chrono::steady_clock::now() + most;
        while (!has_ended() && std::chrono::steady_clock::now() < last) ::usleep(5000);
    }

 private:
    /// What the child's standard streams become; -1: what this process has.
    struct streams {
        int input, output, errors, life;
    };

    static int open_log(const std::filesystem::path& path) {
        const int number = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (number < 0) throw work_error(system_failure(path.string(), "be opened for what a scorer says"));
        return number;
    }

    void start(const std::string& command, streams ends) {
        // The watcher belongs to the group, so that its number stays the group's, and to no process that could wait for
        // it. A line tells it that there is nothing left to watch; an end without one, that this process has ended.
        constexpr const char* watched =
            "( { trap '' TERM; read -r _ || { kill -s TERM -- -$$; sleep 5; kill -s KILL -- -$$; }; } "
            "<&3 >/dev/null 2>&1 & ); exec 3<&-; exec /bin/sh -c \"$1\"";
        // No signal finds the child with this process's handlers, which are not the command's.
        sigset_t all, before;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        child_ = ::fork();
        const int failure = errno;
        if (child_ != 0) ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        if (child_ < 0) throw work_error("a command cannot be started: " + std::generic_category().message(failure));
        if (child_ == 0) {
            ::setpgid(0, 0);
            restore_signals(before);
            // Above all numbers that are written to below, so that none is lost before it is used.
            for (int* end : {&ends.input, &ends.output, &ends.errors, &ends.life})
                if (*end >= 0) *end = ::fcntl(*end, F_DUPFD_CLOEXEC, 10);
            if (ends.input >= 0) ::dup2(ends.input, STDIN_FILENO);
            ::dup2(ends.output, STDOUT_FILENO);
            if (ends.errors >= 0) ::dup2(ends.errors, STDERR_FILENO);
            ::dup2(ends.life, 3);
            ::execl("/bin/sh", "sh", "-c", watched, "sh", command.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        ::setpgid(child_, child_);  // also here: whichever runs first, the group exists before it is signalled
    }

    /// Signals as a program begins with them: those that are ignored stay so.
    static void restore_signals(const sigset_t& mask) {
        for (int number = 1; number < NSIG; ++number) {
            struct sigaction action {};
            if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
                std::signal(number, SIG_DFL);
        }
        ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    }

    /// How long to wait now, before the limits are looked at again.
    static std::chrono::milliseconds step_of(const process_limits& limits) {
        using namespace std::chrono;
        if (limits.stopped()) throw interrupted("the scorer was told to stop");
        const auto left = ceil<milliseconds>(limits.deadline - steady_clock::now());
        if (left.count() <= 0) throw work_error("time limit reached");
        return std::min(left, milliseconds(20));
    }

    /// Appends what is printed within some time; false once the output was closed.
    bool read_within(std::chrono::milliseconds time, std::string& printed) {
        std::string_view nothing;
        return transfer_within(time, nothing, printed);
    }
    /// The same, and writes what can be written of a question.
    bool transfer_within(std::chrono::milliseconds time, std::string_view& question, std::string& printed) {
        pollfd waiting[] = {{output_.number(), POLLIN, 0}, {question.empty() ? -1 : input_.number(), POLLOUT, 0}};
        const int ready = ::poll(waiting, 2, static_cast<int>(time.count()));
        if (ready < 0 && errno != EINTR) fail("poll");
        if (ready <= 0) return true;
        if (waiting[1].revents != 0) question.remove_prefix(write_some(question));
        return waiting[0].revents == 0 || read_some(block, printed) > 0;
    }
    /// Appends what is in the pipe, and no more: another process may fill it for ever.
    void read_rest(std::string& printed) {
        int left = 0;  // bytes
        if (::ioctl(output_.number(), FIONREAD, &left) != 0) fail("ioctl");
        while (left > 0) left -= read_some(std::min(left, block), printed);
    }
    /// Appends `size` bytes at most, also to the log; returns how many, 0 at the end.
    int read_some(int size, std::string& printed) {
        char bytes[block];
        ssize_t count = 0;
        while ((count = ::read(output_.number(), bytes, static_cast<std::size_t>(size))) < 0)
            if (errno != EINTR) fail("read");
        printed.append(bytes, static_cast<std::size_t>(count));
        if (log_.number() >= 0 && ::write(log_.number(), bytes, static_cast<std::size_t>(count)) < 0) fail("write");
        return static_cast<int>(count);
    }
    /// Writes what the pipe takes; all counts as written where nobody reads it any more, which the output's end tells.
    std::size_t write_some(std::string_view text) {
        const ssize_t count = write_without_signal(input_.number(), text);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EPIPE) return text.size();
        if (errno != EAGAIN && errno != EINTR) fail("write");
        return 0;
    }

    void dismiss_watcher() {
        if (life_.number() < 0) return;
        write_without_signal(life_.number(), "\n");  // it may be gone itself
        life_ = file_descriptor(-1);
    }
    /// Ends the group: asked at first, so that what works elsewhere for it (srun, ssh) can end that too.
    void end() {
        dismiss_watcher();
        const pid_t group = child_;
        ::kill(-group, SIGTERM);
        for (int waited = 0; waited < 100; ++waited) {  // 2 seconds
            if (child_ > 0 && ::waitpid(child_, &status_, WNOHANG) == child_) child_ = -1;
            if (child_ < 0 && !group_works(group)) return;
            ::usleep(20000);
        }
        ::kill(-group, SIGKILL);
        if (child_ > 0) ::waitpid(std::exchange(child_, -1), &status_, 0);
    }
    [[noreturn]] static void fail(const char* call) {
        throw work_error(std::string(call) + ": " + std::generic_category().message(errno));
    }

    static constexpr int block = 4096;  // bytes

    pid_t child_ = -1;
    int status_ = 0;
    file_descriptor input_{-1}, output_{-1}, log_{-1}, life_{-1};
};

}  // namespace bouillon::detail
