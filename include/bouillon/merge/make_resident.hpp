// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/same_bytes.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/merge/resident_tensors.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/tensor/fill.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {
namespace detail {

/// Elements of a tensor that are held.
struct element_range {
    std::size_t first, count;
};

/// The tensors of checkpoints, each read once; one that is bitwise the same in several is on the backend once.
/// @param range_of gives, of a tensor's elements, those that are held, which begin at a whole byte
template <class Backend, class RangeOf>
std::vector<resident_tensor<Backend>> read_resident(const checkpoint_set& checkpoints, const Backend& backend,
                                                    const tensor_groups& groups, const RangeOf& range_of) {
    std::vector<resident_tensor<Backend>> all;  // (tensors)
    for (std::size_t i = 0; i < checkpoints.tensors().size(); ++i) {
        const auto& described = checkpoints.tensors()[i];
        const element_range range = range_of(described.elements());
        resident_tensor<Backend> made{described.name, described.shape, described.type,
                                      group_of(groups, described.name, described.type)};
        if (range.count < described.elements()) made.shape = {range.count};
        std::vector<const checkpoint*> distinct;  // (made.tensors)
        for (const checkpoint& input : checkpoints) {
            const dtype type = input.tensors()[i].type;
            const std::size_t begin = storage_bytes(range.first, type);
            const auto same = std::find_if(distinct.begin(), distinct.end(), [&](const checkpoint* other) {
                return other->tensors()[i].type == type &&
                       same_bytes(input, i, *other, i, begin, begin + storage_bytes(range.count, type));
            });
            made.which.push_back(static_cast<std::size_t>(same - distinct.begin()));
            if (same != distinct.end()) continue;
            if (!mergeable(described.type) && !distinct.empty() && !checkpoints.takes_newest_integers())
                made.refuse(input.path().string());
            distinct.push_back(&input);
            made.tensors.push_back(backend.allocate(range.count, type));
            fill(backend, made.tensors.back(),
                 [&](std::size_t first, std::span<std::byte> part) { input.read(i, begin + first, part); });
        }
        all.push_back(std::move(made));
    }
    return all;
}

/// The same of whole tensors.
template <class Backend>
std::vector<resident_tensor<Backend>> read_resident(const checkpoint_set& checkpoints, const Backend& backend,
                                                    const tensor_groups& groups) {
    return read_resident(checkpoints, backend, groups, [](std::size_t elements) { return element_range{0, elements}; });
}

}  // namespace detail

/// Uploads checkpoints to a backend, each tensor once in its stored dtype.
///
/// A tensor that is bitwise the same in several is uploaded once.
/// Cost: each file read once, and twice what several have in common; little host memory but the backend's own.
/// @param checkpoints oldest first
/// @param backend that is to hold them
/// @param groups of tensors that have merge weights of their own
/// @throws input_error naming a tensor of integers or bools that is not the same in every checkpoint, one of no group,
/// and for a file that changes meanwhile
template <tensor_backend Backend>
resident_checkpoints<Backend> make_resident(const checkpoint_set& checkpoints, const Backend& backend,
                                            const tensor_groups& groups = {}) {
    return {backend, checkpoints.size(), groups.size(), detail::read_resident(checkpoints, backend, groups),
            checkpoints.types()};
}

}  // namespace bouillon

#ifdef BOUILLON_COMPILED_XTENSOR
#    include <bouillon/tensor/xtensor_backend.hpp>

namespace bouillon {

extern template resident_checkpoints<xtensor_backend> make_resident(const checkpoint_set&, const xtensor_backend&,
                                                                    const tensor_groups&);

}  // namespace bouillon
#endif
