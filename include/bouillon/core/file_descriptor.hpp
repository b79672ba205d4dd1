// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bouillon::detail {

/// Owns an open file descriptor; -1 is none.
class file_descriptor {
 public:
    explicit file_descriptor(int number) : number_(number) {}
    file_descriptor(file_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~file_descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    int number() const { return number_; }
    int release() { return std::exchange(number_, -1); }

 private:
    int number_;
};

/// What a call of the system that failed is told as: "PATH: cannot VERB: REASON".
/// @param path of what it was about
/// @param verb what could not be done
/// @param code why, as errno has it
inline std::string system_failure(const std::string& path, std::string_view verb, int code = errno) {
    return path + ": cannot " + std::string(verb) + ": " + std::generic_category().message(code);
}

}  // namespace bouillon::detail
