// SPDX-License-Identifier: Apache-2.0
#include "processes/program_processes.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/process/launcher.hpp>
#include <bouillon/version.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#if defined(BOUILLON_PROGRAM_HAS_MPI)
#    include <bouillon/process/mpi_processes.hpp>

struct program_processes::session : bouillon::mpi_session {};
#else
struct program_processes::session {};
#endif

namespace {

/// Of processes that cannot work together the first says why, and the others nothing.
[[noreturn]] void refuse(const bouillon::launched_process& launched, const std::string& why) {
    if (launched.rank > 0) std::_Exit(2);
    throw bouillon::input_error("started as " + bouillon::to_string(launched.size) + " processes, but " + why);
}

}  // namespace

program_processes::program_processes() {
    const auto launched = bouillon::launched_by_environment();
    if (!launched || launched->size == 1) return;
#if defined(BOUILLON_PROGRAM_HAS_MPI)
    session_ = std::make_unique<session>();
    all_ = bouillon::any_processes(session_->world());
    if (all_.size() == 1 && launched->size > 1)
        refuse(*launched, "each is alone: what started them is not of the MPI that this bouillon was built with");
    if (!leads()) mute();
#else
    if (launched->size > 1) refuse(*launched, "this bouillon was built without MPI");
#endif
}

program_processes::~program_processes() = default;

/// Their words come from the first: its output and its notes are those of all.
void program_processes::mute() {
    errors_ = ::dup(STDERR_FILENO);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
}

std::size_t program_processes::threads(std::size_t asked) const {
    if (asked > 0 || !several()) return asked;
    return std::max<std::size_t>(1, bouillon::thread_count(0) / all_.local_size());
}

void program_processes::agree(std::vector<bouillon::shared_fact> facts) {
    if (!several() || std::exchange(agreed_, true)) return;
    std::string words;
    for (const auto& word : words_) words += (words.empty() ? "" : " ") + word;
    facts.insert(facts.begin(), {{"bouillon", bouillon::version}, {"the command line", words}});
    bouillon::require_agreement(all_, std::move(facts));
}

int program_processes::end_with(int status, const std::string& message) {
    if (!several()) {
        std::fprintf(stderr, "bouillon: %s\n", message.c_str());
        return status;
    }
    if (!leads() && !agreed_) {  // the first one finds the same fault, or hears of this one
        bouillon::report_failure(all_, status == 2, message);
        return status;
    }
    const std::string who = leads() ? "" : bouillon::name_of_process(all_.rank(), all_.host()) + ": ";
    ::dprintf(errors_, "bouillon: %s%s\n", who.c_str(), message.c_str());
#if defined(BOUILLON_PROGRAM_HAS_MPI)
    std::fflush(stdout);
    session::abort(status);
#else
    return status;
#endif
}
