// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/python_json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace bouillon::detail {

/// One config.json, read field by field.
///
/// Every complaint names the file, the field and both values. A field that was never asked for may change the
/// arithmetic, so `refuse_unread` does not let it pass.
class config_reader {
 public:
    config_reader(std::string_view text, std::string origin) : origin_(std::move(origin)) {
        json_ = nlohmann::json::parse(quote_non_finite(text).text, nullptr, false);
        if (json_.is_discarded() || !json_.is_object()) throw input_error(origin_ + ": not a JSON object");
    }

    /// Whether the field is there and not null.
    bool has(const std::string& field) const {
        read_.insert(field);
        return json_.contains(field) && !json_[field].is_null();
    }

    /// Whether the field is there, if only to say null.
    bool contains(const std::string& field) const { return json_.contains(field); }

    std::size_t size(const std::string& field) const {
        require_presence(field);
        if (!json_[field].is_number_unsigned() || json_[field] == 0) refuse(field, "a positive integer is needed");
        return json_[field].get<std::size_t>();
    }
    std::size_t size_or(const std::string& field, std::size_t fallback) const {
        return has(field) ? size(field) : fallback;
    }

    double number(const std::string& field) const {
        require_presence(field);
        if (!json_[field].is_number() || !(json_[field].get<double>() > 0))
            refuse(field, "a positive number is needed");
        return json_[field].get<double>();
    }
    double number_or(const std::string& field, double fallback) const { return has(field) ? number(field) : fallback; }

    bool flag_or(const std::string& field, bool fallback) const {
        if (!has(field)) return fallback;
        if (!json_[field].is_boolean()) refuse(field, "true or false is needed");
        return json_[field].get<bool>();
    }

    std::string text(const std::string& field) const {
        require_presence(field);
        if (!json_[field].is_string()) refuse(field, "a string is needed");
        return json_[field].get<std::string>();
    }

    /// An object in the file; an empty one where the field is absent.
    config_reader object(const std::string& field) const {
        return config_reader(has(field) ? json_[field].dump() : "{}", origin_ + ": " + field);
    }

    /// Refuses the file unless the field is absent or has this value: a model that differs there would be run wrongly.
    template <class Value>
    void require(const std::string& field, const Value& supported) const {
        if (has(field) && json_[field] != nlohmann::json(supported))
            refuse(field, "supported so far: " + nlohmann::json(supported).dump());
    }

    /// Refuses the file if it has a field of a value other than null that was not asked for and is none of `harmless`.
    void refuse_unread(const std::set<std::string, std::less<>>& harmless) const {
        for (const auto& [field, value] : json_.items())
            if (!value.is_null() && !read_.contains(field) && !harmless.contains(field))
                refuse(field, "bouillon does not know this field; remove it if it does not change the model");
    }

    const nlohmann::json& operator[](const std::string& field) const { return json_[field]; }
    const std::string& origin() const { return origin_; }

    template <class Refusal = input_error>
    [[noreturn]] void refuse(const std::string& field, const std::string& why) const {
        throw Refusal(origin_ + ": '" + field + "' is " + json_[field].dump() + " (" + why + ")");
    }

 private:
    void require_presence(const std::string& field) const {
        if (!has(field)) throw input_error(origin_ + ": '" + field + "' is missing");
    }

    nlohmann::json json_;
    std::string origin_;
    mutable std::set<std::string, std::less<>> read_;
};

}  // namespace bouillon::detail
