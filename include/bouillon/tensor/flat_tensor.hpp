// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <cassert>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A flat tensor in its stored dtype that owns its memory, or refers to memory of somebody else's as an input.
///
/// `Storage` is a movable array of bytes with `data()`, wherever the backend keeps them.
template <class Storage>
class flat_tensor {
 public:
    /// No elements.
    flat_tensor() = default;
    /// Owns its memory.
    flat_tensor(Storage storage, std::size_t elements, dtype type)
        : storage_(std::move(storage)), size_(elements), type_(type) {}
    /// Refers to a caller's memory, which must outlive it.
    explicit flat_tensor(tensor_view memory) : viewed_(memory.data), size_(memory.size), type_(memory.type) {}

    /// Elements.
    std::size_t size() const { return size_; }
    /// Of the elements.
    dtype type() const { return type_; }

    tensor_view view() const { return {viewed_ ? viewed_ : storage_.data(), size_, type_}; }

    /// For writing.
    /// @throws input_error where the memory is somebody else's
    mutable_tensor_view writable() {
        if (viewed_) throw input_error("a tensor that views its caller's memory cannot be written");
        return {storage_.data(), size_, type_};
    }

 private:
    Storage storage_{};  // (bytes); empty for a view
    const std::byte* viewed_ = nullptr;
    std::size_t size_ = 0;
    dtype type_ = dtype::f32;
};

namespace detail {

/// Bytes that elements take, whole ones.
inline std::size_t storage_bytes(std::size_t elements, dtype type) { return (elements * bits(type) + 7) / 8; }

template <class Tensor>
std::vector<tensor_view> views_of(std::span<const Tensor* const> tensors) {
    std::vector<tensor_view> views;  // (tensors)
    for (const Tensor* tensor : tensors) views.push_back(tensor->view());
    return views;
}

template <class Tensor>
std::vector<mutable_tensor_view> writable_views_of(std::span<Tensor* const> tensors) {
    std::vector<mutable_tensor_view> views;  // (tensors)
    for (Tensor* tensor : tensors) views.push_back(tensor->writable());
    return views;
}

/// Checks the size of the memory for a download.
/// @throws input_error unless `given` bytes are just what a tensor's download needs
inline void check_download(tensor_view tensor, std::size_t given) {
    const std::size_t needed = storage_bytes(tensor.size, tensor.type);
    if (given != needed)
        throw input_error("download of " + to_string(tensor.size) + ' ' + std::string(to_string(tensor.type)) +
                          " elements: " + to_string(needed) + " bytes expected, " + to_string(given) + " given");
}

}  // namespace detail
}  // namespace bouillon
