// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/list_directory.hpp>
#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/core/temporary_directory.hpp>

#include "checkpoint/stored_bytes.hpp"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the tests of files share: a directory that goes away, and files written from text and from numbers.
namespace test {

/// A directory that goes with its owner; a file in it is `directory / "name"`.
struct temporary_directory : bouillon::temporary_directory {
    friend std::filesystem::path operator/(const temporary_directory& directory, std::string_view name) {
        return directory.path() / name;
    }
};

inline void write_text(const std::filesystem::path& path, std::string_view text) {
    create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The names in a directory, hidden ones too, in their order.
inline std::vector<std::string> names_in(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    for (const auto& item : bouillon::detail::list_directory(directory))
        names.push_back(item.path().filename().string());
    return names;
}

inline std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The bytes of numbers as a file stores them.
template <class Number>
std::string stored(const std::vector<Number>& numbers) {
    return as_text(std::as_bytes(std::span(numbers)));
}

template <class Number>
std::vector<Number> loaded(std::span<const std::byte> bytes) {
    std::vector<Number> numbers(bytes.size() / sizeof(Number));
    if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
}

/// A safetensors file's bytes around a header and data that may break every rule.
inline std::string safetensors_text(std::string_view header, std::string_view data = "") {
    const std::uint64_t size = header.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof(size)).append(header).append(data);
}

struct stored_tensor {
    bouillon::checkpoint_tensor tensor;
    std::string bytes;
};

inline void write_tensors(const std::filesystem::path& path, const std::vector<stored_tensor>& tensors,
                          const std::map<std::string, std::string>& metadata = {{"format", "pt"}}) {
    create_directories(path.parent_path());
    std::vector<bouillon::checkpoint_tensor> descriptions;
    std::map<std::string, std::string> bytes;
    for (const auto& item : tensors) {
        descriptions.push_back(item.tensor);
        bytes[item.tensor.name] = item.bytes;
    }
    bouillon::safetensors_writer writer(path, descriptions, metadata);
    for (const auto& entry : writer.tensors()) writer.append(as_bytes(bytes.at(entry.name)));
    writer.close();
}

/// The message of the bouillon::error that `call` throws; empty where it throws none.
template <class Error, class Call>
std::string message_of(Call&& call) {
    try {
        call();
    } catch (const Error& failure) {
        return failure.what();
    }
    return {};
}

}  // namespace test
