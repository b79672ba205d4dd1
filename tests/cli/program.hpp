// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

/// What a run of the bouillon program left behind.
struct program_run {
    int status = -1;
    std::string output, errors;

    /// Standard output as one JSON object a line.
    std::vector<nlohmann::json> json() const {
        std::vector<nlohmann::json> objects;
        std::istringstream lines(output);
        for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
        return objects;
    }
};

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Runs the program with arguments as a shell splits them.
/// @param before shell text that comes first
inline program_run run_program(const std::string& arguments, const std::string& before = "") {
    const auto base = std::filesystem::temp_directory_path() / ("bouillon-cli-" + std::to_string(::getpid()));
    const std::string out = base.string() + ".out", err = base.string() + ".err";
    const int status = std::system((before + BOUILLON_PROGRAM " " + arguments + " >" + out + " 2>" + err).c_str());
    program_run result{WEXITSTATUS(status), read_text(out), read_text(err)};
    std::filesystem::remove(out);
    std::filesystem::remove(err);
    return result;
}
