// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_content.hpp>

#include "checkpoint/files.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace test {

/// A directory of empty files, of directories (names that end in "/") and, where a name has " = ", of texts.
class directory_of_names {
 public:
    explicit directory_of_names(const std::vector<std::string>& names) {
        for (const auto& name : names) {
            const auto text = name.find(" = ");
            const auto path = directory_.path() / name.substr(0, text);
            if (name.ends_with('/'))
                create_directories(path);
            else
                write_text(path, text == std::string::npos ? "" : name.substr(text + 3));
        }
    }

    const std::filesystem::path& path() const { return directory_.path(); }

    /// A text without the directory's path, which is "DIR" where it stands alone.
    std::string shorten(std::string text) const {
        const std::string whole = path().string();
        for (auto at = text.find(whole); at != std::string::npos; at = text.find(whole))
            text.replace(at, whole.size() + (text[at + whole.size()] == '/'),
                         text[at + whole.size()] == '/' ? "" : "DIR");
        return text;
    }

 private:
    temporary_directory directory_;
};

/// An index that names these shards.
inline std::string index_of(const std::vector<std::string>& shards) {
    std::string map;
    for (const auto& shard : shards)
        map += (map.empty() ? "\"" : ", \"") + std::string("tensor in ") + shard + "\": \"" + shard + '"';
    return "{\"weight_map\": {" + map + "}}";
}

}  // namespace test
