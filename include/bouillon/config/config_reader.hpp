// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_fields.hpp>
#include <bouillon/config/config_meaning.hpp>
#include <bouillon/config/harmless_fields.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/python_json.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// One config.json, read setting by setting.
///
/// Settings have their names of transformers 5 and what the file says under any of a setting's names, what follows from
/// its other fields, or else the default of its class (config_meaning.hpp): who reads a model states no default.
/// Every complaint names the file, the field as it is spelled there and both values. A field that was never asked for
/// may change the arithmetic, so `refuse_unread` does not let it pass.
class config_reader {
 public:
    config_reader(std::string_view text, std::string origin) : origin_(std::move(origin)) {
        json_ = nlohmann::json::parse(quote_non_finite(text).text, nullptr, false);
        if (json_.is_discarded() || !json_.is_object()) throw input_error(origin_ + ": not a JSON object");
        meaning_ = meaning_of(json_);
    }

    /// Whether a setting has a value, said or by default.
    bool has(const std::string& setting) const {
        const auto found = find(setting);
        return found && !found->value.is_null();
    }

    /// Whether the file itself has a field, other than null.
    bool says(const std::string& field) const {
        const auto* value = in_file(field);
        return value != nullptr && !value->is_null();
    }

    /// The file's name of a setting.
    std::string spelling(const std::string& setting) const {
        const auto found = find(setting);
        return found ? found->field : setting;
    }

    /// Whether a setting has this value.
    template <class Value>
    bool is(const std::string& setting, const Value& value) const {
        const auto found = find(setting);
        return found && found->value == nlohmann::json(value);
    }

    /// A size, at least 1.
    std::size_t size(const std::string& setting) const {
        const auto value = require_value(setting);
        if (!is_whole(value) || value <= 0) refuse(setting, "a positive integer is needed");
        return value.get<std::size_t>();
    }

    /// A number of things, of which there may be none.
    std::size_t count(const std::string& setting) const {
        const auto value = require_value(setting);
        if (!is_whole(value) || value < 0) refuse(setting, "an integer, 0 or above, is needed");
        return value.get<std::size_t>();
    }

    double number(const std::string& setting) const {
        const auto value = require_value(setting);
        if (!value.is_number() || !(value.get<double>() > 0)) refuse(setting, "a positive number is needed");
        return value.get<double>();
    }
    double number_or(const std::string& setting, double fallback) const {
        return has(setting) ? number(setting) : fallback;
    }

    bool flag(const std::string& setting) const {
        const auto value = require_value(setting);
        if (!value.is_boolean()) refuse(setting, "true or false is needed");
        return value.get<bool>();
    }

    std::string text(const std::string& setting) const {
        const auto value = require_value(setting);
        if (!value.is_string()) refuse(setting, "a string is needed");
        return value.get<std::string>();
    }

    std::vector<double> numbers(const std::string& setting) const {
        return list<double>(setting, &nlohmann::json::is_number, "a list of numbers is needed");
    }

    std::vector<std::string> texts(const std::string& setting) const {
        return list<std::string>(setting, &nlohmann::json::is_string, "a list of strings is needed");
    }

    /// Refuses the file unless a setting is open or has this value: a model that differs there would be run wrongly.
    template <class Value>
    void require(const std::string& setting, const Value& supported) const {
        const auto found = find(setting);
        if (found && !found->value.is_null() && found->value != nlohmann::json(supported))
            refuse(setting, "supported so far: " + nlohmann::json(supported).dump());
    }

    /// Takes settings for read that a family's class has or its files have, and that it does not use.
    template <class... Setting>
    void pass_over(const Setting&... settings) const {
        (find(settings), ...);
    }

    /// Refuses the file if it has a field that was not asked for, unless that is harmless or says nothing.
    void refuse_unread() const {
        for (const auto& [field, value] : json_.items()) {
            if (value.is_null() || read_.contains(field) || is_harmless(field) || is_idle(field, value)) continue;
            if (value.is_object() && (field == "rope_scaling" || field == "rope_parameters"))
                refuse_unread_in(field, value);
            else
                refuse_unknown(field, value);
        }
    }

    const std::string& origin() const { return origin_; }

    template <class Refusal = input_error>
    [[noreturn]] void refuse(const std::string& setting, const std::string& why) const {
        const auto found = find(setting);
        const std::string field = found ? found->field : setting;
        const auto* said = in_file(field);
        const std::string value = said != nullptr ? said->dump() : found ? found->value.dump() + " by default" : "null";
        throw Refusal(described(field) + " is " + value + " (" + why + ")");
    }

 private:
    static bool is_whole(const nlohmann::json& value) {
        if (value.is_number_integer()) return true;
        return value.is_number_float() && value.get<double>() == std::floor(value.get<double>()) &&
               std::abs(value.get<double>()) < 1e15;
    }

    static bool is_idle(const std::string& field, const nlohmann::json& value) {
        for (const auto& [name, idle] : idle_fields)
            if (name == field) return value == nlohmann::json::parse(idle);
        return false;
    }

    /// A setting's value; the fields that say it count as read.
    std::optional<config_value> find(const std::string& setting) const {
        std::optional<config_value> found;
        const config_fields fields(json_);
        if (const auto place = meaning_.find(setting); place != meaning_.end())
            found = place->second;
        else
            found = fields.find_or_default(setting);
        if (!found) return found;
        read_.insert(found->field);
        read_.insert(found->sources.begin(), found->sources.end());
        for (const std::string_view name : fields.names(setting)) read_other_name(std::string(name), *found, fields);
        return found;
    }

    /// A second field of the same setting, which must say the same.
    void read_other_name(const std::string& name, const config_value& counted, const config_fields& fields) const {
        if (!says(name) || !says(counted.field) || read_.contains(name)) return;
        const auto &here = *in_file(name), &there = *in_file(counted.field);
        if (named_activation(here, fields) != named_activation(there, fields))
            throw input_error(described(name) + " is " + here.dump() + ", but '" + counted.field + "' is " +
                              there.dump());
        read_.insert(name);
    }

    /// A field by its path, "rope_scaling.factor", or null where the file does not have it.
    const nlohmann::json* in_file(const std::string& field) const {
        const nlohmann::json* place = &json_;
        std::size_t begin = 0;
        while (true) {
            const std::size_t end = field.find('.', begin);
            const auto found = place->find(field.substr(begin, end - begin));
            if (found == place->end()) return nullptr;
            place = &*found;
            if (end == field.npos) return place;
            begin = end + 1;
        }
    }

    /// "config.json: rope_scaling: 'factor'"
    std::string described(const std::string& field) const {
        const std::size_t dot = field.rfind('.');
        if (dot == field.npos || json_.contains(field)) return origin_ + ": '" + field + "'";
        return origin_ + ": " + field.substr(0, dot) + ": '" + field.substr(dot + 1) + "'";
    }

    nlohmann::json require_value(const std::string& setting) const {
        const auto found = find(setting);
        if (!found || found->value.is_null())
            throw input_error(described(found ? found->field : setting) + " is missing");
        return found->value;
    }

    template <class Value>
    std::vector<Value> list(const std::string& setting, bool (nlohmann::json::*is_right)() const noexcept,
                            const char* needed) const {
        const auto value = require_value(setting);
        if (!value.is_array()) refuse(setting, needed);
        std::vector<Value> all;
        for (const auto& each : value) {
            if (!(each.*is_right)()) refuse(setting, needed);
            all.push_back(each.template get<Value>());
        }
        return all;
    }

    void refuse_unread_in(const std::string& field, const nlohmann::json& block) const {
        for (const auto& [name, value] : block.items()) {
            const std::string path = field + '.' + name;
            if (value.is_object())
                refuse_unread_in(path, value);
            else if (!value.is_null() && !read_.contains(path))
                refuse_unknown(path, value);
        }
    }

    [[noreturn]] void refuse_unknown(const std::string& field, const nlohmann::json& value) const {
        throw input_error(described(field) + " is " + value.dump() +
                          " (bouillon does not know this field; remove it if it does not change the model)");
    }

    nlohmann::json json_;
    config_meaning meaning_;
    std::string origin_;
    mutable std::set<std::string, std::less<>> read_;
};

}  // namespace bouillon::detail
