// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Collects the tensors and the metadata of a safetensors header from the events of nlohmann/json's parser.
///
/// So integers are exact, repeated names are seen and no document tree is built. Strict: anything but what the format
/// says throws input_error, except that a tensor may have further fields, which are ignored.
class header_events {
 public:
    explicit header_events(std::string_view file) : file_(file) {}

    std::vector<tensor_entry> tensors;  // in the order of the header; names may repeat
    std::map<std::string, std::string> metadata;

    bool null() {
        const bool empty_metadata = place_ == place::header && name_ == metadata_name;
        return empty_metadata || accept_if_ignored("null");
    }
    bool boolean(bool) { return accept_if_ignored("a boolean"); }
    bool number_integer(std::int64_t) { return accept_if_ignored("a negative number"); }
    bool number_float(double, const std::string&) { return accept_if_ignored("a number that is no 64-bit integer"); }
    bool number_unsigned(std::uint64_t value) {
        if (place_ != place::shape && place_ != place::data_offsets) return accept_if_ignored("a number");
        numbers_.push_back(value);
        return true;
    }
    bool string(const std::string& value) {
        if (place_ == place::metadata) {
            if (!metadata.emplace(name_, value).second) fail("metadata has " + in_quotes(name_) + " twice");
            return true;
        }
        if (place_ != place::entry || field_ != "dtype") return accept_if_ignored("a string");
        const auto type = parse_dtype(value);
        if (!type) fail_tensor("has unknown dtype " + in_quotes(value));
        tensors.back().type = *type;
        return true;
    }
    bool binary(const std::vector<std::uint8_t>&) { return false; }  // not in JSON

    bool start_object(std::size_t) {
        if (place_ == place::outside) {
            place_ = place::header;
        } else if (place_ == place::header && name_ == metadata_name) {
            place_ = place::metadata;
        } else if (place_ == place::header) {
            place_ = place::entry;
            tensors.emplace_back().name = name_;
            seen_dtype_ = seen_shape_ = seen_offsets_ = false;
        } else {
            start_ignored("an object");
        }
        return true;
    }
    bool start_array(std::size_t) {
        numbers_.clear();
        if (place_ == place::entry && field_ == "shape")
            place_ = place::shape;
        else if (place_ == place::entry && field_ == "data_offsets")
            place_ = place::data_offsets;
        else
            start_ignored("an array");
        return true;
    }
    bool key(const std::string& text) {
        switch (place_) {
            case place::header:
                return header_key(text);
            case place::entry:
                return entry_key(text);
            default:
                name_ = text;
                return true;
        }
    }
    bool end_object() {
        if (place_ == place::ignored) return end_ignored();
        if (place_ == place::entry) {
            if (!seen_dtype_) fail_tensor("has no dtype");
            if (!seen_shape_) fail_tensor("has no shape");
            if (!seen_offsets_) fail_tensor("has no data_offsets");
        }
        place_ = place_ == place::header ? place::outside : place::header;
        return true;
    }
    bool end_array() {
        if (place_ == place::ignored) return end_ignored();
        if (place_ == place::shape)
            tensors.back().shape.assign(numbers_.begin(), numbers_.end());
        else
            set_offsets();
        place_ = place::entry;
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        fail("is not valid JSON in UTF-8 at byte " + to_string(position));
    }

 private:
    enum class place { outside, header, metadata, entry, shape, data_offsets, ignored };

    static constexpr std::string_view metadata_name = "__metadata__";
    static constexpr std::size_t depth_limit = 128;  // as the reference reader's JSON library has it

    [[noreturn]] void fail(const std::string& what) const { throw input_error(file_ + ": header " + what); }
    [[noreturn]] void fail_tensor(const std::string& what) const {
        throw input_error(file_ + ": tensor " + in_quotes(tensors.back().name) + ' ' + what);
    }
    [[noreturn]] void fail_value(const std::string& what) const {
        if (place_ == place::outside) fail("is " + what + ", not an object");
        if (place_ == place::header) fail("has " + what + " for " + in_quotes(name_) + ", not an object");
        if (place_ == place::metadata) fail("has " + what + " for metadata " + in_quotes(name_) + ", not a string");
        fail_tensor("has " + what + " in its field " + in_quotes(field_));
    }

    bool header_key(const std::string& text) {
        if (text == metadata_name && std::exchange(seen_metadata_, true)) fail("has __metadata__ twice");
        if (text.find('\0') != std::string::npos) fail("has the name " + in_quotes(text) + ", which holds a NUL");
        name_ = text;
        return true;
    }
    bool entry_key(const std::string& text) {
        field_ = text;
        bool* const seen = text == "dtype"          ? &seen_dtype_
                           : text == "shape"        ? &seen_shape_
                           : text == "data_offsets" ? &seen_offsets_
                                                    : nullptr;
        if (seen && std::exchange(*seen, true)) fail_tensor("has the field " + in_quotes(text) + " twice");
        return true;
    }
    void set_offsets() {
        if (numbers_.size() != 2)
            fail_tensor("has " + to_string(numbers_.size()) + " numbers in its data_offsets, not 2");
        if (numbers_[1] < numbers_[0])
            fail_tensor("ends at byte " + to_string(numbers_[1]) + ", before it begins at byte " +
                        to_string(numbers_[0]));
        tensors.back().begin = numbers_[0];
        tensors.back().size = numbers_[1] - numbers_[0];
    }

    bool in_ignored_field() const {
        return place_ == place::ignored ||
               (place_ == place::entry && field_ != "dtype" && field_ != "shape" && field_ != "data_offsets");
    }
    bool accept_if_ignored(const char* what) const {
        if (!in_ignored_field()) fail_value(what);
        return true;
    }
    void start_ignored(const char* what) {
        accept_if_ignored(what);
        place_ = place::ignored;
        if (++ignored_depth_ + 2 >= depth_limit) fail_tensor("is nested " + to_string(depth_limit) + " levels deep");
    }
    bool end_ignored() {
        if (--ignored_depth_ == 0) place_ = place::entry;
        return true;
    }

    std::string file_;
    place place_ = place::outside;
    std::string name_;                    // the latest key of the header or of the metadata
    std::string field_;                   // the latest key of a tensor
    std::vector<std::uint64_t> numbers_;  // of the array being read
    std::size_t ignored_depth_ = 0;
    bool seen_metadata_ = false;
    bool seen_dtype_ = false;
    bool seen_shape_ = false;
    bool seen_offsets_ = false;
};

/// Reads the JSON text of a header.
/// @param text all of it
/// @param file what messages call it
/// @throws input_error for anything that the format does not allow
inline header_events read_header_json(std::string_view text, std::string_view file) {
    // The library would skip a byte order mark and take a NUL for the end of its input.
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || text[first] != '{')
        throw input_error(std::string(file) + ": header does not begin with {");
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        throw input_error(std::string(file) + ": header is not valid JSON in UTF-8 at byte " + to_string(nul + 1));

    header_events events(file);
    nlohmann::json::sax_parse(text.begin(), text.end(), &events);
    return events;
}

}  // namespace bouillon::detail
