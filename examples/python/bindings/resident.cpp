// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/content_hash.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge/resident.hpp>

#include "bindings/checkpoint_run.hpp"
#include "bindings/host_backend.hpp"
#include "bindings/interruptible.hpp"
#include "bindings/module.hpp"
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace nb = nanobind;

namespace {

using bouillon::dtype;
using bouillon::in_quotes;
using bouillon::input_error;
using shape = std::vector<std::size_t>;
using parameters = bouillon::parameters<host_backend>;

/// A tensor that Python holds: its array, and its type as safetensors calls it, which arrays cannot always tell. An
/// array of none is a tensor whose sum nobody wants.
using held_array = std::tuple<std::string, nb::ndarray<>, std::string>;
using read_array = std::tuple<std::string, nb::ndarray<nb::ro>, std::string>;

/// How DLPack calls a type. Those that it does not know are bytes.
nb::dlpack::dtype dlpack_type(dtype type) {
    using code = nb::dlpack::dtype_code;
    const auto of = [&](code kind) {
        return nb::dlpack::dtype{static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(bouillon::bits(type)), 1};
    };
    using enum dtype;
    if (type == f64 || type == f32 || type == f16) return of(code::Float);
    if (type == bf16) return of(code::Bfloat);
    if (type == i8 || type == i16 || type == i32 || type == i64) return of(code::Int);
    if (type == boolean) return of(code::Bool);
    if (type == c64) return of(code::Complex);
    if (type == u16 || type == u32 || type == u64) return of(code::UInt);
    return {static_cast<std::uint8_t>(code::UInt), 8, 1};
}

/// A merged tensor as an array that shares its memory.
nb::object array_of(const bouillon::parameter<host_backend>& merged) {
    const dtype type = merged.tensor.type();
    auto kept = std::make_unique<std::shared_ptr<std::byte>>(merged.tensor.memory());
    const nb::capsule owner(kept.get(),
                            [](void* dropped) noexcept { delete static_cast<std::shared_ptr<std::byte>*>(dropped); });
    kept.release();
    const bool packed = bouillon::bits(type) < 8;
    const shape bytes = {bouillon::detail::storage_bytes(merged.tensor.size(), type)};
    const shape& extents = packed ? bytes : merged.shape;
    return nb::cast(nb::ndarray<nb::array_api>(merged.tensor.memory().get(), extents.size(), extents.data(), owner,
                                               nullptr, dlpack_type(type)));
}

template <class Array>
shape shape_of(const Array& array) {
    shape extents;
    for (std::size_t i = 0; i < array.ndim(); ++i) extents.push_back(array.shape(i));
    return extents;
}

/// Refuses arrays that are not in host memory, one element behind the other.
template <class Array>
void check_array(const std::string& name, const Array& array, dtype type) {
    const bool on_host =
        array.device_type() == nb::device::cpu::value || array.device_type() == nb::device::cuda_host::value;
    if (!on_host || (array.size() > 0 && !array.data()))
        throw input_error("tensor " + in_quotes(name) + " is not in host memory");
    std::int64_t step = 1;
    for (std::size_t i = array.ndim(); i-- > 0;) {
        if (array.size() > 0 && array.shape(i) > 1 && array.stride(i) != step)
            throw input_error("tensor " + in_quotes(name) + " is not contiguous");
        step *= static_cast<std::int64_t>(array.shape(i));
    }
    if (array.itemsize() != bouillon::bytes(type))
        throw input_error("tensor " + in_quotes(name) + " has elements of " + bouillon::to_string(array.itemsize()) +
                          " bytes, not of type " + std::string(to_string(type)));
}

dtype type_named(const std::string& tensor, const std::string& name) {
    const auto type = bouillon::parse_dtype(name);
    if (!type || bouillon::bits(*type) < 8)
        throw input_error("tensor " + in_quotes(tensor) + " is of the type " + name + ", which cannot be taken");
    return *type;
}

/// Checkpoints in memory, of which several threads of Python may make merges.
class resident_run {
 public:
    resident_run(const checkpoint_run& run, std::size_t threads) : backend_(threads) {
        for (const auto& tensor : run.checkpoints.tensors())
            described_.push_back({tensor.name, run.checkpoints.types().of(tensor.name, tensor.type), tensor.shape});
        interruptible([&](const auto&) { checkpoints_.emplace(make_resident(run.checkpoints, backend_)); });
    }

    /// @param inputs (checkpoints), arrays that are kept as long as this, since merges read them
    resident_run(std::vector<std::vector<read_array>> inputs, const bouillon::held_options& options,
                 std::size_t threads)
        : backend_(threads), arrays_(std::move(inputs)) {
        std::vector<std::map<std::string, bouillon::parameter_view>> views;  // (checkpoints)
        for (const auto& input : arrays_) {
            views.emplace_back();
            for (const auto& [name, array, type_name] : input) {
                const dtype type = type_named(name, type_name);
                check_array(name, array, type);
                const auto* const data = static_cast<const std::byte*>(array.data());
                views.back()[name] = {{data, array.size(), type}, shape_of(array)};
                held_.push_back({data, data + array.size() * bouillon::bytes(type)});
            }
        }
        if (!views.empty())
            for (const auto& [name, view] : views.front())
                described_.push_back({name, options.types.of(name, view.tensor.type), view.shape});
        interruptible([&](const auto&) { checkpoints_.emplace(views, backend_, bouillon::tensor_groups{}, options); });
    }

    /// As a merge has them.
    const std::vector<bouillon::checkpoint_tensor>& tensors() const { return described_; }
    std::size_t size() const { return checkpoints_->size(); }
    bool are_tied(const std::string& name, const std::string& other) const {
        bool tied = false;
        interruptible([&](const auto&) { tied = checkpoints_->are_tied(name, other); });
        return tied;
    }

    /// Of the tensors that Python holds (checkpoints), each a hash of a checkpoint's bytes in the order of their names.
    std::vector<std::string> digests() const {
        std::vector<std::string> all;
        interruptible([&](const std::atomic<bool>& stop) {
            for (const auto& input : arrays_) {
                std::map<std::string, const nb::ndarray<nb::ro>*> by_name;
                for (const auto& [name, array, type_name] : input) by_name[name] = &array;
                bouillon::content_hash hash;
                for (const auto& [name, array] : by_name) {
                    if (stop) throw bouillon::interrupted("the reading was interrupted");
                    hash.add({static_cast<const std::byte*>(array->data()), array->size() * array->itemsize()});
                }
                all.push_back(hash.bits().hex());
            }
        });
        return all;
    }

    nb::dict merge(const std::vector<double>& merge_weights) const {
        parameters merged;
        interruptible([&](const auto&) { checkpoints_->merge_into(merge_weights, merged); });
        nb::dict arrays;
        for (const auto& [name, parameter] : merged) arrays[nb::str(name.c_str(), name.size())] = array_of(parameter);
        return arrays;
    }

    /// Writes a merge where Python has its tensors.
    /// @param targets where; a tensor of each name
    /// @param unwanted names of tensors that have no place there
    void merge_into(const std::vector<double>& merge_weights, const std::vector<held_array>& targets,
                    const std::vector<std::string>& unwanted) const {
        places into = places_of(targets, unwanted);
        interruptible([&](const auto&) {
            checkpoints_->merge_into(merge_weights, into.outputs);
            for (const auto& [name, place] : into.targets) copy_if_elsewhere(into.outputs.at(name).tensor, place);
        });
    }

 private:
    struct memory_range {
        const std::byte *begin, *end;
    };
    struct places {
        std::map<std::string, bouillon::mutable_tensor_view> targets;
        parameters outputs;  // those that can be summed lie where the targets do
    };

    places places_of(const std::vector<held_array>& targets, const std::vector<std::string>& unwanted) const {
        std::map<std::string, const held_array*> given;
        for (const auto& target : targets) given[std::get<0>(target)] = &target;
        places all;
        for (const auto& described : described_) {
            std::byte* data = nullptr;
            if (const auto entry = given.find(described.name); entry != given.end()) {
                const auto place = place_of(described, *entry->second);
                all.targets[described.name] = place;
                data = place.data;
            } else if (std::ranges::find(unwanted, described.name) == unwanted.end()) {
                throw input_error("the checkpoints have the tensor " + in_quotes(described.name) +
                                  ", but the target has not");
            }
            if (!bouillon::mergeable(described.type)) continue;  // copied afterwards
            host_tensor output({data, [](std::byte*) {}}, described.elements(), described.type);
            all.outputs[described.name] = {std::move(output), described.shape};
        }
        refuse_overlaps(all.targets);
        return all;
    }

    static void refuse_overlaps(const std::map<std::string, bouillon::mutable_tensor_view>& targets) {
        std::map<const std::byte*, const std::string*> begins;
        for (const auto& [name, place] : targets)
            if (place.size > 0) begins[place.data] = &name;
        const std::string* before = nullptr;
        for (const auto& [data, name] : begins) {
            if (before) {
                const auto& place = targets.at(*before);
                if (place.data + place.size * bouillon::bytes(place.type) > data)
                    throw input_error("tensors " + in_quotes(*before) + " and " + in_quotes(*name) +
                                      " of the target overlap");
            }
            before = name;
        }
    }

    bouillon::mutable_tensor_view place_of(const bouillon::checkpoint_tensor& described,
                                           const held_array& target) const {
        const auto& [name, array, type_name] = target;
        const std::string tensor = "tensor " + in_quotes(name);
        if (type_name != to_string(described.type))
            throw input_error(tensor + " is of the type " + std::string(to_string(described.type)) +
                              " in a merge, but " + type_name + " in the target");
        if (shape_of(array) != described.shape)
            throw input_error(tensor + " has the shape " + bouillon::to_string(described.shape) +
                              " in the checkpoints, but " + bouillon::to_string(shape_of(array)) + " in the target");
        check_array(name, array, described.type);
        auto* const data = static_cast<std::byte*>(array.data());
        const std::byte* const end = data + array.size() * bouillon::bytes(described.type);
        for (const auto& own : held_)
            if (data < own.end && own.begin < end)
                throw input_error(tensor +
                                  " of the target is one of the checkpoints' own, which a merge would overwrite");
        return {data, array.size(), described.type};
    }

    /// What a merge made elsewhere: a copy of integers, or a sum of those inputs alone that are of another type.
    void copy_if_elsewhere(const host_tensor& made, const bouillon::mutable_tensor_view& place) const {
        if (made.view().data == place.data || place.size == 0) return;
        if (made.type() == place.type) {
            const std::size_t bytes = bouillon::detail::storage_bytes(place.size, place.type);
            std::copy_n(made.view().data, bytes, place.data);
            return;
        }
        const bouillon::tensor_view input = made.view();
        const double one = 1;
        bouillon::weighted_sum({&input, 1}, {&one, 1}, place);
    }

    host_backend backend_;
    std::vector<bouillon::checkpoint_tensor> described_;  // (tensors), by name
    std::vector<std::vector<read_array>> arrays_;         // (checkpoints), that Python gave
    std::vector<memory_range> held_;                      // of these
    std::optional<bouillon::resident_checkpoints<host_backend>> checkpoints_;
};

/// The same memory as unsigned numbers of its elements' size, for types that NumPy has not.
nb::ndarray<nb::numpy> as_words(nb::handle array) {
    const auto given = nb::cast<nb::ndarray<>>(array);
    const shape extents = shape_of(given);
    const nb::dlpack::dtype words{static_cast<std::uint8_t>(nb::dlpack::dtype_code::UInt),
                                  static_cast<std::uint8_t>(given.itemsize() * 8), 1};
    return {given.data(), extents.size(), extents.data(), array, nullptr, words};
}

}  // namespace

void add_resident(nb::module_& module) {
    nb::class_<resident_run>(module, "Resident")
        .def_prop_ro("tensors", [](const resident_run& run) { return rows_of(run.tensors()); })
        .def_prop_ro("size", &resident_run::size)
        .def("are_tied", &resident_run::are_tied)
        .def("digests", &resident_run::digests)
        .def("merge", &resident_run::merge)
        .def("merge_into", &resident_run::merge_into);
    module.def("as_words", as_words);
    module.def("resident", [](const checkpoint_run& run, std::size_t threads) {
        return std::make_unique<resident_run>(run, threads);
    });
    module.def(
        "hold",
        [](std::vector<std::vector<read_array>> inputs, const std::optional<std::string>& dtype,
           std::vector<std::string> kept, bool newest_integers, std::size_t threads) {
            const bouillon::held_options options{merged_types_of(dtype, std::move(kept)), newest_integers};
            return std::make_unique<resident_run>(std::move(inputs), options, threads);
        },
        nb::arg("inputs"), nb::arg("dtype").none(), nb::arg("kept"), nb::arg("newest_integers"), nb::arg("threads"));
}
