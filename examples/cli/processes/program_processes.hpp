// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/process/agreement.hpp>
#include <bouillon/process/any_processes.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// The processes that the program was started as: several by mpirun or srun, else one, which starts no MPI.
///
/// What other ranks than the first print is lost, so that the rest of the program need not ask who it is; tell() is
/// heard all the same.
class program_processes {
 public:
    /// @throws input_error where several were started that cannot work together
    program_processes();
    ~program_processes();
    program_processes(const program_processes&) = delete;
    program_processes& operator=(const program_processes&) = delete;

    const bouillon::any_processes& all() const { return all_; }
    bool leads() const { return all_.rank() == 0; }
    bool several() const { return all_.size() > 1; }

    /// Threads of this process, where `asked` of 0 stands for all: an equal part of the machine's.
    std::size_t threads(std::size_t asked) const;

    /// Compares what must be the same in all, beside the program's version and the words of its command line, before
    /// the work begins.
    /// @throws as bouillon::require_agreement does
    void agree(std::vector<bouillon::shared_fact> facts);

    /// Says on standard error what ended this process, and ends all others: where it is not the first, and was not yet
    /// heard by that one, by telling it.
    /// @param status of the program
    /// @returns the status, where this process is to end by itself
    int end_with(int status, const std::string& message);

    /// The words of the command line, for agree().
    void set_words(std::vector<std::string> words) { words_ = std::move(words); }

 private:
    void mute();

    struct session;
    std::unique_ptr<session> session_;  // of MPI; none where the process is alone
    bouillon::any_processes all_;
    std::vector<std::string> words_;
    bool agreed_ = false;
    int errors_ = 2;  // where tell() is heard
};
