// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace bouillon {

/// What an exception of nlohmann::json says to whoever wrote the file: without the "[json.exception.KIND.NUMBER] "
/// before it.
inline std::string json_problem(const std::exception& failure) {
    const std::string said = failure.what();
    return said.starts_with("[json.exception.") ? said.substr(said.find(' ') + 1) : said;
}

}  // namespace bouillon
