// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/pytorch/pickle_fields.hpp>
#include <bouillon/checkpoint/pytorch/pickle_values.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_storage.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// A tensor and its place in a file of torch.save.
struct pytorch_tensor : checkpoint_tensor {
    std::size_t begin = 0;             ///< of the element at index 0, in bytes from the start of the file
    std::vector<std::size_t> strides;  ///< (dimensions) in elements; empty where it is row-major without gaps
};

// Tensors as torch.save pickles them: calls of the functions that would make them.
// Reference: torch/_utils.py and torch/_tensor.py of PyTorch 2.15.
namespace detail {

/// A tensor and its place in its storage.
struct stored_pytorch_tensor : checkpoint_tensor {
    std::vector<std::size_t> strides;  ///< (dimensions) in elements; empty where it is row-major without gaps
    pytorch_storage storage;
    std::size_t begin = 0;  ///< of the element at index 0, in bytes from the start of the storage
};

/// Whether a value is a tensor of any kind, be it one that can be read or not.
inline bool is_pytorch_tensor(const pickle_values& values, pickle_id value) {
    if (!values.is(value, pickle_kind::call) || !values.is(values.callee(value), pickle_kind::global)) return false;
    const auto module = values.module_of(values.callee(value)), name = values.name_of(values.callee(value));
    if (module == "torch._utils" || module == "torch._tensor" || module == "torch.tensor")
        return name.starts_with("_rebuild");
    return module.starts_with("torch.") &&
           (name == "Parameter" || name == "Buffer" || name == "DTensor" || name == "ShardedTensor");
}

/// Whether a tensor's elements follow one another in row-major order without gaps. Dimensions of size 1 may have any
/// stride.
/// @param shape, strides (dimensions) of no more elements than 64 bits can count
inline bool is_contiguous(const std::vector<std::size_t>& shape, const std::vector<std::size_t>& strides) {
    if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return true;
    std::size_t expected = 1;
    for (std::size_t d = shape.size(); d-- > 0; expected *= shape[d])
        if (shape[d] != 1 && strides[d] != expected) return false;
    return true;
}

/// Makes a tensor of what a pickle says about it, or says why not.
class pytorch_tensor_reader {
 public:
    /// @param name of the tensor
    /// @param file what messages call the file
    pytorch_tensor_reader(const pickle_values& values, std::string name, std::string_view file)
        : values_(&values), name_(std::move(name)), file_(file) {}

    /// @param value for which is_pytorch_tensor is true
    /// @throws input_error, naming file and tensor, where it is of a kind, a type or a shape that cannot be read
    stored_pytorch_tensor read(pickle_id value) {
        call made = call_of(value);
        for (int wrapped = 0; wrapped < 8; ++wrapped) {
            if (is(made, "_rebuild_parameter") || is(made, "_rebuild_parameter_with_state")) {
                if (made.arguments.empty()) refuse_form();
                made = call_of(made.arguments[0]);
            } else if (is_from_type(made)) {
                made = without_type(made);
            } else {
                return rebuild(made);
            }
        }
        refuse("is wrapped more than 8 times");
    }

 private:
    struct call {
        pickle_id callee;
        std::span<const pickle_id> arguments;
    };

    static constexpr std::size_t rank_limit = 64;  // as PyTorch has it
    static constexpr std::size_t mark_limit = 16;  // of which PyTorch has two

    [[noreturn]] void refuse(const std::string& what) const {
        throw input_error(std::string(file_) + ": tensor " + in_quotes(name_) + ' ' + what);
    }
    [[noreturn]] void refuse_form() const { refuse("is not pickled as PyTorch does it"); }

    std::string global_name(pickle_id global) const {
        return std::string(values_->module_of(global)) + '.' + std::string(values_->name_of(global));
    }

    call call_of(pickle_id value) const {
        if (!is_pytorch_tensor(*values_, value)) refuse_form();
        if (values_->state(value)) refuse_callee(values_->callee(value));
        return {values_->callee(value), values_->items(values_->arguments(value))};
    }

    bool is(const call& made, std::string_view name) const {
        return values_->is_global(made.callee, "torch._utils", name);
    }

    bool is_from_type(const call& made) const {
        return values_->is_global(made.callee, "torch._tensor", "_rebuild_from_type_v2") ||
               values_->is_global(made.callee, "torch.tensor", "_rebuild_from_type_v2");
    }

    /// What _rebuild_from_type_v2(function, type, arguments, state) gives a class and attributes, which do not matter.
    call without_type(const call& made) const {
        if (made.arguments.size() != 4 || !values_->is(made.arguments[0], pickle_kind::global) ||
            !values_->is(made.arguments[1], pickle_kind::global) || !values_->is(made.arguments[2], pickle_kind::tuple))
            refuse_form();
        refuse_part(made.arguments[1]);
        if (!values_->is_global(made.arguments[1], "torch", "Tensor") &&
            !values_->is_global(made.arguments[1], "torch.nn.parameter", "Parameter"))
            refuse("is of the class " + in_quotes(global_name(made.arguments[1])) + ", whose meaning is not known");
        return {made.arguments[0], values_->items(made.arguments[2])};
    }

    stored_pytorch_tensor rebuild(const call& made) {
        const std::size_t count = made.arguments.size();
        if (is(made, "_rebuild_tensor") && count == 4) return rebuild(made.arguments, nullptr, {});
        if (is(made, "_rebuild_tensor_v2") && (count == 6 || count == 7))
            return rebuild(made.arguments, nullptr, made.arguments.subspan(6));
        if (is(made, "_rebuild_tensor_v3") && (count == 7 || count == 8)) {
            const pytorch_type* type = pytorch_type_of(*values_, made.arguments[6]);
            if (!type) refuse("is of the type " + type_text(made.arguments[6]) + ", which is not read");
            return rebuild(made.arguments, type, made.arguments.subspan(7));
        }
        if (is(made, "_rebuild_meta_tensor_no_storage")) refuse("has no data: it was on the device meta");
        refuse_callee(made.callee);
    }

    [[noreturn]] void refuse_callee(pickle_id callee) const {
        refuse_part(callee);
        refuse("is made by " + in_quotes(global_name(callee)) + ", which is not read");
    }

    /// Refuses a tensor whose class says that the process that wrote it had only a part of it.
    void refuse_part(pickle_id type) const {
        if (const std::string name = global_name(type); name.ends_with(".DTensor") || name.ends_with(".ShardedTensor"))
            refuse("is a process's part of a tensor (" + name +
                   "), whose whole only torch.distributed.checkpoint stores");
    }

    std::string type_text(pickle_id value) const {
        return values_->is(value, pickle_kind::global) ? in_quotes(global_name(value)) : "of no name";
    }

    /// @param arguments storage, offset, size, stride and more
    /// @param type where the storage is of bytes, else null
    /// @param metadata a dict, or nothing
    stored_pytorch_tensor rebuild(std::span<const pickle_id> arguments, const pytorch_type* type,
                                  std::span<const pickle_id> metadata) {
        if (!metadata.empty()) check_metadata(metadata[0]);
        const auto storage = read_storage(*values_, arguments[0]);
        if (!storage) refuse("has a storage that is not pickled as PyTorch does it, or of a type that is not known");
        if (type ? !storage->untyped() : storage->untyped()) refuse_form();
        if (!type && !storage->type)
            refuse("has a storage of the type " + in_quotes(storage->type_name) + ", which is not read");
        const auto offset = pickled_size(*values_, arguments[1]);
        if (!offset) refuse_form();
        stored_pytorch_tensor made{
            {name_, type ? *type->type : *storage->type, sizes(arguments[2])}, sizes(arguments[3]), *storage};
        if (made.strides.size() != made.shape.size() || made.shape.size() > pytorch_rank_limit) refuse_form();
        place(made, *offset, storage->untyped() ? type->size : storage->element_size);
        if (is_contiguous(made.shape, made.strides)) made.strides.clear();
        return made;
    }

    /// Tensors may be marked to be conjugated or negated when they are read.
    void check_metadata(pickle_id metadata) const {
        if (values_->is(metadata, pickle_kind::none)) return;
        if (!values_->is(metadata, pickle_kind::dict)) refuse_form();
        const auto items = values_->items(metadata);
        if (items.size() > 2 * mark_limit) refuse_form();  // many tensors may share it
        for (std::size_t i = 0; i < items.size(); i += 2) {
            if (!values_->is(items[i], pickle_kind::string)) continue;
            const auto key = values_->text(items[i]);
            if ((key == "conj" || key == "neg") && items[i + 1] != pickle_values::false_id)
                refuse("is stored as a view that " + std::string(key == "conj" ? "conjugates" : "negates") +
                       " its values");
        }
    }

    std::vector<std::size_t> sizes(pickle_id value) const {
        auto numbers = read_sizes(*values_, value);
        if (!numbers) refuse_form();
        return std::move(*numbers);
    }

    /// Sets where the tensor begins, and checks that all its elements are in its storage, each once.
    /// @param offset elements
    /// @param element_size bytes
    void place(stored_pytorch_tensor& tensor, std::size_t offset, std::size_t element_size) const {
        tensor.begin = tensor.storage.view_begin * tensor.storage.element_size;
        // An empty tensor may begin anywhere, and does where a part was cut out of a tensor that was empty before.
        if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end()) return;
        const std::size_t held = tensor.storage.view_elements * tensor.storage.element_size / element_size;
        std::size_t elements = 1, last = offset;
        bool fits = true, repeats = false;
        for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
            const std::size_t size = tensor.shape[d], stride = tensor.strides[d];
            repeats = repeats || (size > 1 && stride == 0);
            std::size_t reach = 0;
            fits = fits && !__builtin_mul_overflow(elements, size, &elements) &&
                   !__builtin_mul_overflow(size - 1, stride, &reach) && !__builtin_add_overflow(last, reach, &last);
        }
        if (!fits || last >= held)
            refuse("of shape " + to_string(tensor.shape) + ", strides " + to_string(tensor.strides) + " and offset " +
                   to_string(offset) + " reaches beyond its storage of " + to_string(held) + " elements");
        if (repeats || elements > last - offset + 1)
            refuse("of shape " + to_string(tensor.shape) + " and strides " + to_string(tensor.strides) +
                   " shows elements of its storage several times");
        tensor.begin += offset * element_size;
    }

    const pickle_values* values_;
    std::string name_;
    std::string_view file_;
};

}  // namespace detail
}  // namespace bouillon
