// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "program.hpp"
#include "tiny_run.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

/// The command line of a search of the first checkpoints of a run.
inline std::string search_of(const tiny_run& run, std::size_t checkpoints) {
    std::string command = "search";
    for (std::size_t k = 0; k < checkpoints; ++k) command += " " + run.step(k).string();
    return command;
}

inline std::string on_documents(const tiny_run& run) {
    return " --held-out " + run.held_out().string() + " --test " + run.test().string();
}

/// What a search says beside how long it takes.
inline std::string complaints(const program_run& run) {
    const auto time = run.errors.find("time: ");
    if (time == std::string::npos) return run.errors;
    return run.errors.substr(0, time) + run.errors.substr(run.errors.find('\n', time) + 1);
}

/// The events without their times, which differ from run to run.
inline std::vector<nlohmann::json> timeless(const program_run& run) {
    auto events = run.json();
    for (auto& event : events) event.erase("seconds");
    return events;
}

/// A --score command in a script that counts its calls and fails in those that it is told.
class counting_scorer {
 public:
    /// @param print shell text that prints a loss of the checkpoint $1 in call $n; if it is to fail, it ends the script
    explicit counting_scorer(const tiny_run& run,
                             const std::string& print = "echo 2.$(cksum <$1/model.safetensors | cut -c1-4)")
        : count_(run / "count"), fails_(run / "fails"), script_(run / "score.sh") {
        set(print);
        fail_in("");
    }

    /// As the constructor.
    void set(const std::string& print) const {
        std::ofstream(script_) << "n=$(($(cat " << count_.string() << " 2>/dev/null || echo 0) + 1))\necho $n >"
                               << count_.string() << "\ncase \" $(cat " << fails_.string()
                               << ") \" in *\" $n \"*) exit 3;; esac\n"
                               << print << "\n";
    }
    /// Calls that fail from now on, counted from 1: "3 5". The count begins anew.
    void fail_in(const std::string& calls) const {
        std::ofstream(fails_) << calls;
        std::filesystem::remove(count_);
    }
    std::size_t calls() const {
        std::size_t count = 0;
        std::ifstream(count_) >> count;
        return count;
    }
    std::string option() const { return " --score 'sh " + script_.string() + " {checkpoint}'"; }

 private:
    std::filesystem::path count_, fails_, script_;
};
