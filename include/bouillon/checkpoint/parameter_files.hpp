// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What nanotron writes: a safetensors file for each parameter and process that holds a part of it,
// model/PATH/TO/MODULE/model_NAME_pp-rank-0-of-1_tp-rank-0-of-2.safetensors, with the one tensor "data". Its metadata
// says which slices of it are which slices of the whole. A parameter that no processes share is model_NAME.safetensors.
// Reference: serialize/ and parallel/parameters.py of https://github.com/huggingface/nanotron.
namespace bouillon::detail {

/// The parameter that a file is of: "decoder.0.weight" for decoder/0/model_weight_pp-rank-0-of-1_tp-rank-1-of-2...
inline std::string parameter_name(const std::filesystem::path& below_model) {
    std::string name;
    for (const auto& part : below_model.parent_path()) name += part.string() + '.';
    std::string file = below_model.filename().string();
    file.erase(0, std::string_view("model_").size());
    file.erase(std::min(file.find("_pp-rank-"), file.find(".safetensors")));
    return name + file;
}

/// The numbers of a text such as "(64, 128)", "(64,)" or "(np.int64(64), 128)".
/// @returns nothing for anything else
inline std::optional<std::vector<std::size_t>> numbers_of_tuple(std::string text) {
    for (std::size_t at; (at = text.find("np.int64(")) != text.npos;) {
        const auto close = text.find(')', at);
        if (close == text.npos) return std::nullopt;
        text.erase(close, 1);
        text.erase(at, std::string_view("np.int64(").size());
    }
    if (!text.starts_with('(') || !text.ends_with(')')) return std::nullopt;
    std::vector<std::size_t> numbers;
    const char *at = text.data() + 1, *const end = text.data() + text.size() - 1;
    while (at != end) {
        std::size_t number = 0;
        const auto [next, problem] = std::from_chars(at, end, number);
        if (problem != std::errc()) return std::nullopt;
        numbers.push_back(number);
        for (at = next; at != end && (*at == ',' || *at == ' ');) ++at;
        if (at == next && at != end) return std::nullopt;
    }
    return numbers;
}

/// Splits a text at each separator.
inline std::vector<std::string_view> split_at(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1))
        parts.push_back(text.substr(0, end));
    parts.push_back(text);
    return parts;
}

/// Where a slice begins and ends in each dimension.
struct tensor_slice {
    std::vector<std::size_t> begin, end;  // (dimensions)
};

/// A slice "start,stop,step|start,stop,step", a part for each dimension; None stands for the whole dimension's.
/// @returns nothing where it is no slice of a tensor of that shape, or one with steps
inline std::optional<tensor_slice> read_slice(std::string_view text, const std::vector<std::size_t>& shape) {
    tensor_slice slice{std::vector(shape.size(), std::size_t{0}), shape};
    const auto dimensions = text.empty() && shape.empty() ? std::vector<std::string_view>{} : split_at(text, '|');
    if (dimensions.size() != shape.size()) return std::nullopt;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const auto parts = split_at(dimensions[d], ',');
        if (parts.size() != 3 || (parts[2] != "None" && parts[2] != "1")) return std::nullopt;
        for (auto* const bound : {&slice.begin[d], &slice.end[d]}) {
            const auto part = parts[bound == &slice.end[d]];
            if (part == "None") continue;
            const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), *bound);
            if (problem != std::errc() || end != part.data() + part.size()) return std::nullopt;
        }
        if (slice.begin[d] > slice.end[d] || slice.end[d] > shape[d]) return std::nullopt;
    }
    return slice;
}

/// Adds what one file holds of its parameter.
class parameter_file {
 public:
    explicit parameter_file(const std::filesystem::path& path) : file_(path), data_(file_.find("data")) {
        if (!data_) fail("has no tensor \"data\", as nanotron's files of parameters do");
    }

    /// @throws input_error where the file and those before it are not of one tensor
    void add_to(stored_tensor& tensor) const {
        const auto shape = metadata("unsharded_shape"), pairs = metadata("local_global_slices_pairs");
        checkpoint_tensor whole{tensor.description.name, data_->type, data_->shape};
        if (shape) {
            const auto numbers = numbers_of_tuple(*shape);
            if (!numbers || !pairs) fail("has the unsharded_shape " + in_quotes(*shape) + " and no slices of it");
            whole.shape = *numbers;
        }
        if (tensor.blocks.empty()) tensor.description = whole;
        if (tensor.description != whole)
            fail("is of a tensor " + std::string(to_string(whole.type)) + ' ' + to_string(whole.shape) + ", but " +
                 std::string(to_string(tensor.description.type)) + ' ' + to_string(tensor.description.shape) + " in " +
                 tensor.blocks[0].file->path().filename().string());
        if (!shape) return tensor.blocks.push_back({file_.file(), file_.begin_of(*data_), {}, data_->shape, {}});
        for (const auto pair : split_at(*pairs, ';')) tensor.blocks.push_back(block(pair, whole));
    }

 private:
    [[noreturn]] void fail(const std::string& what) const { throw input_error(file_.path().string() + ": " + what); }

    std::optional<std::string> metadata(const std::string& key) const {
        const auto found = file_.metadata().find(key);
        return found == file_.metadata().end() ? std::nullopt : std::optional(found->second);
    }

    /// The block that "local slice#global slice" describes.
    tensor_block block(std::string_view pair, const checkpoint_tensor& whole) const {
        const auto sides = split_at(pair, '#');
        const auto local = sides.size() == 2 ? read_slice(sides[0], data_->shape) : std::nullopt;
        const auto global = sides.size() == 2 ? read_slice(sides[1], whole.shape) : std::nullopt;
        if (!local || !global || data_->shape.size() != whole.shape.size())
            fail("has the slices " + in_quotes(pair) + ", which are none of " + to_string(data_->shape) + " and " +
                 to_string(whole.shape));
        tensor_block made{file_.file(), file_.begin_of(*data_), global->begin, {}, {}};
        std::size_t step = 1;  // elements
        made.strides.resize(whole.shape.size());
        for (std::size_t d = whole.shape.size(); d-- > 0; step *= data_->shape[d]) {
            made.strides[d] = step;
            made.begin += local->begin[d] * step * bytes(data_->type);
        }
        for (std::size_t d = 0; d < whole.shape.size(); ++d) {
            made.shape.push_back(global->end[d] - global->begin[d]);
            if (local->end[d] - local->begin[d] != made.shape[d])
                fail("has the slices " + in_quotes(pair) + ", which differ in size");
        }
        bool rows = true;  // only of the first dimension, which lie together
        for (std::size_t d = 1; d < whole.shape.size(); ++d) rows = rows && made.shape[d] == data_->shape[d];
        if (rows) made.strides.clear();
        return made;
    }

    safetensors_file file_;
    const tensor_entry* data_;
};

/// Opens nanotron's files of parameters.
/// @param model the directory `model`, below which the files lie
/// @throws input_error for a file that does not say what it is a part of
inline checkpoint_contents read_parameter_files(const std::filesystem::path& model,
                                                std::span<const std::filesystem::path> files) {
    std::map<std::string, stored_tensor> parameters;
    for (const auto& path : files) {
        const auto name = parameter_name(path.lexically_relative(model));
        stored_tensor& tensor = parameters[name];
        tensor.description.name = name;
        parameter_file(path).add_to(tensor);
    }
    checkpoint_contents contents;
    for (auto& [name, tensor] : parameters) contents.tensors.push_back(std::move(tensor));
    return contents;
}

}  // namespace bouillon::detail
