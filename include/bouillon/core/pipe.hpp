// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/file_descriptor.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

namespace bouillon::detail {

/// Both ends of a pipe, which no process inherits.
struct pipe_ends {
    file_descriptor read{-1}, write{-1};

    /// @throws work_error where the system has none to give
    pipe_ends() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            throw work_error("a pipe cannot be made: " + std::generic_category().message(errno));
        read = file_descriptor(ends[0]);
        write = file_descriptor(ends[1]);
    }
};

/// Writes to a pipe, or another file. Where nobody reads it any more that is an error of this call (EPIPE), and not, as
/// by the signal SIGPIPE, the end of the process: the signal is kept from this thread, whatever others do with it.
/// @returns the bytes written; below 0 with errno where it failed
inline ssize_t write_without_signal(int number, std::string_view bytes) {
    sigset_t signal, before;
    ::sigemptyset(&signal);
    ::sigaddset(&signal, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signal, &before);
    const ssize_t written = ::write(number, bytes.data(), bytes.size());
    const int failure = errno;
    const timespec now{};
    if (written < 0 && failure == EPIPE && ::sigismember(&before, SIGPIPE) == 0)
        ::sigtimedwait(&signal, nullptr, &now);  // this call's own, which waits to be delivered
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = failure;
    return written;
}

}  // namespace bouillon::detail
