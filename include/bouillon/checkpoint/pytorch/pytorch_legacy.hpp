// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_archive.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_tensors.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Whether a file begins as those of torch.save did before PyTorch 1.6: with the pickle of a number of 10 bytes.
inline bool begins_legacy_file(std::string_view start) {
    constexpr std::string_view magic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    if (!start.starts_with('\x80')) return false;
    try {
        const auto first = read_pickle(std::as_bytes(std::span(start)), "");
        return first.values.is(first.root, pickle_kind::big_integer) && first.values.text(first.root) == magic;
    } catch (const input_error&) {
        return false;
    }
}

/// A file as torch.save wrote them before PyTorch 1.6: five pickles (a number that says so, the version, the machine,
/// the object, the keys of storages), then each storage after its number of elements.
/// Reference: _legacy_load in torch/serialization.py of PyTorch 2.15.
class pytorch_legacy_file {
 public:
    /// Cost: a read of the file for each storage.
    /// @param file for which begins_legacy_file is true
    /// @throws input_error where it is not as described to its very end
    explicit pytorch_legacy_file(const input_file& file) : file_(&file), name_(file.path().string()) {
        read_pickles();
        place_storages();
        check_sizes();
    }
    pytorch_legacy_file(const pytorch_legacy_file&) = delete;  // the values are views of the bytes
    pytorch_legacy_file& operator=(const pytorch_legacy_file&) = delete;

    const std::string& file() const { return name_; }
    const pickle_values& values() const { return object_->values; }
    pickle_id root() const { return object_->root; }

    /// Where a tensor is.
    pytorch_tensor place(const stored_pytorch_tensor& tensor) const {
        if (tensor.storage.untyped())
            fail("tensor " + in_quotes(tensor.name) +
                 " has a storage without a type, which no file of this form can have");
        return {tensor, stored_.at(tensor.storage.key).begin + tensor.begin, tensor.strides};
    }

 private:
    /// A storage and where its elements begin, in bytes from the start of the file.
    struct place_of_storage {
        pytorch_storage storage;
        std::size_t begin;
    };

    [[noreturn]] void fail(const std::string& what) const { throw input_error(name_ + ": " + what); }

    /// Nothing says how long the pickles are, so more and more of the file is read until they end.
    void read_pickles() {
        const std::size_t most = std::min(file_->size(), pytorch_pickle_limit);
        for (std::size_t size = std::min<std::size_t>(most, 64 << 10);; size = std::min(most, 4 * size)) {
            bytes_.resize(size);
            file_->read(0, std::as_writable_bytes(std::span(bytes_)), [] { return "its pickles"; });
            try {
                return read_pickles_of(std::as_bytes(std::span(std::as_const(bytes_))));
            } catch (const pickle_cut_off&) {
                if (size == most) throw;
            }
        }
    }

    void read_pickles_of(std::span<const std::byte> bytes) {
        data_begin_ = 0;
        const auto next = [&] {
            auto made = read_pickle(bytes.subspan(data_begin_), name_);
            data_begin_ += made.size;
            return made;
        };
        constexpr std::int64_t known_version = 1001;
        next();
        if (const auto version = next(); !version.values.is(version.root, pickle_kind::integer) ||
                                         version.values.integer(version.root) != known_version)
            fail("is of another version than " + to_string(known_version) + " of torch.save's former format");
        next();
        object_.emplace(next());
        const auto keys = next();
        if (!keys.values.is(keys.root, pickle_kind::list)) fail("has no list of its storages");
        keys_.clear();
        for (const pickle_id key : keys.values.items(keys.root)) {
            if (!keys.values.is(key, pickle_kind::string) && !keys.values.is(key, pickle_kind::bytes))
                fail("has a storage whose key is no text");
            keys_.push_back(keys.values.text(key));
        }
    }

    /// What the object says of its storages, whether tensors of the model are made of them or not.
    std::unordered_map<std::string_view, pytorch_storage> described_storages() const {
        std::unordered_map<std::string_view, pytorch_storage> described;
        for (std::size_t value = 0; value < values().size(); ++value) {
            const auto storage = read_storage(values(), static_cast<pickle_id>(value));
            if (!storage) continue;
            const auto& first = described.emplace(storage->key, *storage).first->second;
            if (first.elements != storage->elements || first.element_size != storage->element_size)
                fail("says of the storage " + in_quotes(storage->key) + " that it has " + to_string(first.elements) +
                     " elements of " + to_string(first.element_size) + " bytes, and " + to_string(storage->elements) +
                     " of " + to_string(storage->element_size));
        }
        return described;
    }

    /// Storages follow one another in the order of the keys, up to the file's end.
    void place_storages() {
        const auto described = described_storages();
        std::size_t at = data_begin_;
        for (const std::string_view key : keys_) {
            const auto found = described.find(key);
            if (found == described.end()) fail("has the storage " + in_quotes(key) + ", of which nothing is known");
            const std::size_t left = file_->size() - at, size = found->second.bytes();
            if (left < sizeof(std::uint64_t) || size > left - sizeof(std::uint64_t))
                fail("is cut off: the storage " + in_quotes(key) + " of " + to_string(size) + " bytes begins at byte " +
                     to_string(at) + " of " + to_string(file_->size()));
            at += sizeof(std::uint64_t);
            if (!stored_.emplace(key, place_of_storage{found->second, at}).second)
                fail("has the storage " + in_quotes(key) + " twice");
            at += size;
        }
        if (at != file_->size())
            fail("has " + to_string(file_->size()) + " bytes, but its storages end at " + to_string(at));
        for (const auto& [key, storage] : described)
            if (!stored_.contains(key)) fail("lacks the storage " + in_quotes(key));
    }

    void check_sizes() const {
        const auto count_begin = [&](std::string_view key) { return stored_.at(key).begin - sizeof(std::uint64_t); };
        for (const std::string_view key : keys_) file_->prefetch(count_begin(key), sizeof(std::uint64_t));
        for (const std::string_view key : keys_) {
            std::uint64_t elements = 0;
            file_->read(count_begin(key), std::as_writable_bytes(std::span(&elements, 1)),
                        [] { return "the size of a storage"; });
            if (elements != stored_.at(key).storage.elements)
                fail("has " + to_string(elements) + " elements in the storage " + in_quotes(key) + ", where " +
                     to_string(stored_.at(key).storage.elements) + " are expected");
        }
    }

    const input_file* file_;
    std::string name_;
    std::string bytes_;  // the pickles, and what follows them
    std::size_t data_begin_ = 0;
    std::optional<unpickled> object_;
    std::vector<std::string_view> keys_;
    std::unordered_map<std::string_view, place_of_storage> stored_;  // by key
};

}  // namespace bouillon::detail
