// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/pytorch/pickle_fields.hpp>
#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The file .metadata of a directory that PyTorch's torch.distributed.checkpoint wrote: the pickle of a dataclass
// Metadata, whose state_dict_metadata has the shape of each tensor and the chunks that it is in, and whose storage_data
// says, for a tensor's name and a chunk's offsets, which bytes of which file hold the chunk.
namespace bouillon::detail {

/// A chunk of a tensor: a torch.save archive of its own, among others in a file.
struct distributed_chunk {
    std::vector<std::size_t> offsets;  ///< (dimensions) of its first element in the whole tensor
    std::vector<std::size_t> shape;    ///< (dimensions)
    std::string file;                  ///< a plain name; empty where the chunk has no elements
    std::size_t begin = 0;             ///< bytes from the file's start
    std::size_t length = 0;            ///< bytes
};

struct distributed_tensor {
    std::string name;
    std::string type;                ///< as torch names it, e.g. "float32"
    std::vector<std::size_t> shape;  ///< (dimensions)
    std::vector<distributed_chunk> chunks;
};

struct distributed_metadata {
    std::vector<distributed_tensor> tensors;
    std::size_t unwanted = 0;     ///< tensors
    std::size_t other_items = 0;  ///< that are no tensors, such as numbers and texts
};

/// Reads the file's pickle.
class distributed_metadata_reader {
 public:
    /// @param pickle the whole file; must outlive this
    /// @param name what messages call it
    /// @param wanted called as wanted(tensor name): whether the tensor is to be read
    distributed_metadata_reader(std::span<const std::byte> pickle, std::string_view name,
                                function_ref<bool(std::string_view)> wanted)
        : name_(name), wanted_(wanted), unpickled_(read_pickle(pickle, name)), values_(unpickled_.values) {}

    /// @throws input_error, naming the tensor, where the metadata does not say where each wanted tensor lies
    distributed_metadata read() {
        const pickle_id root = unpickled_.root;
        if (!is_dataclass(root, "metadata", "Metadata"))
            fail("is not the metadata of a distributed checkpoint: its pickle is of something else");
        index_storage(required(root, "storage_data"));
        const pickle_id tensors = required(root, "state_dict_metadata");
        if (!values_.is(tensors, pickle_kind::dict)) fail("has a state_dict_metadata that is no dict");
        distributed_metadata metadata;
        std::size_t chunks = 0;
        const auto items = values_.items(tensors);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            if (!values_.is(items[i], pickle_kind::string)) fail("has a name that is no string");
            const std::string_view tensor = values_.text(items[i]);
            if (!is_dataclass(items[i + 1], "metadata", "TensorStorageMetadata"))
                ++metadata.other_items;
            else if (wanted_(tensor))
                chunks += metadata.tensors.emplace_back(read_tensor(tensor, items[i + 1])).chunks.size();
            else
                ++metadata.unwanted;
            // Many tensors could share one long list, which is small in the file.
            if (chunks > values_.size()) fail("has more chunks of tensors than it describes");
        }
        return metadata;
    }

 private:
    using place = std::pair<std::string_view, std::vector<std::size_t>>;  // a tensor's name and a chunk's offsets

    [[noreturn]] void fail(const std::string& what) const { throw input_error(std::string(name_) + ": " + what); }

    [[noreturn]] void fail(std::string_view tensor, const std::string& what) const {
        fail("tensor " + in_quotes(tensor) + ' ' + what);
    }

    bool is_dataclass(pickle_id value, const std::string& module, std::string_view name) const {
        return is_call_of(values_, value, "torch.distributed.checkpoint." + module, name);
    }

    pickle_id required(pickle_id object, std::string_view field) const {
        const auto value = find_field(values_, object, field);
        if (!value) fail("has an object without the field " + in_quotes(field));
        return *value;
    }

    std::vector<std::size_t> sizes(std::string_view tensor, pickle_id object, std::string_view field) const {
        auto sizes = read_sizes(values_, required(object, field));
        if (!sizes || sizes->size() > pytorch_rank_limit)
            fail(tensor, "has " + std::string(field) + " that are no sizes");
        return *std::move(sizes);
    }

    /// Remembers where the chunks of wanted tensors lie.
    void index_storage(pickle_id storage) {
        if (!values_.is(storage, pickle_kind::dict)) fail("has a storage_data that is no dict");
        const auto items = values_.items(storage);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            const auto key = find_field(values_, items[i], "fqn");
            if (!key || !values_.is(*key, pickle_kind::string)) fail("has a place in storage_data without a name");
            const auto offset = find_field(values_, items[i], "offset");
            if (!offset || values_.is(*offset, pickle_kind::none)) continue;  // of an item that is no tensor
            const std::string_view tensor = values_.text(*key);
            if (!wanted_(tensor)) continue;
            if (!storage_.try_emplace({tensor, sizes(tensor, items[i], "offset")}, items[i + 1]).second)
                fail(tensor, "has two places for the chunk at " + to_string(sizes(tensor, items[i], "offset")));
        }
    }

    distributed_tensor read_tensor(std::string_view name, pickle_id object) const {
        distributed_tensor tensor{std::string(name), read_type(name, object), sizes(name, object, "size"), {}};
        const pickle_id chunks = required(object, "chunks");
        if (!values_.is(chunks, pickle_kind::list)) fail(name, "has chunks that are no list");
        for (const pickle_id item : values_.items(chunks)) {
            distributed_chunk chunk{sizes(name, item, "offsets"), sizes(name, item, "sizes"), {}, 0, 0};
            if (chunk.offsets.size() != tensor.shape.size() || chunk.shape.size() != tensor.shape.size())
                fail(name, "of shape " + to_string(tensor.shape) + " has a chunk " + to_string(chunk.shape) + " at " +
                               to_string(chunk.offsets));
            if (checkpoint_tensor{{}, dtype::u8, chunk.shape}.elements() > 0) place_chunk(name, chunk);
            tensor.chunks.push_back(std::move(chunk));
        }
        if (tensor.chunks.empty()) fail(name, "has no chunks");
        return tensor;
    }

    /// The type's name among torch's. Properties are a tuple of it, the layout and what no file depends on.
    std::string read_type(std::string_view tensor, pickle_id object) const {
        const auto state = values_.state(properties(tensor, object));
        if (!state || !values_.is(*state, pickle_kind::tuple) || values_.items(*state).size() < 2)
            fail(tensor, "has properties of another form than a type and a layout");
        const pickle_id type = values_.items(*state)[0], layout = values_.items(*state)[1];
        if (!values_.is(type, pickle_kind::global) || values_.module_of(type) != "torch")
            fail(tensor, "has a type that is none of torch's");
        const bool known = is_call_of(values_, layout, "torch.serialization", "_get_layout") &&
                           values_.items(values_.arguments(layout)).size() == 1;
        const auto name = known ? values_.items(values_.arguments(layout))[0] : layout;
        if (!known || !values_.is(name, pickle_kind::string) || values_.text(name) != "torch.strided")
            fail(tensor, "has a layout other than torch.strided");
        return std::string(values_.name_of(type));
    }

    pickle_id properties(std::string_view tensor, pickle_id object) const {
        const pickle_id found = required(object, "properties");
        if (!is_dataclass(found, "metadata", "TensorProperties")) fail(tensor, "has no properties");
        return found;
    }

    void place_chunk(std::string_view tensor, distributed_chunk& chunk) const {
        const auto found = storage_.find(place{tensor, chunk.offsets});
        if (found == storage_.end())
            fail(tensor, "has no place in storage_data for its chunk at " + to_string(chunk.offsets));
        const auto transforms = find_field(values_, found->second, "transform_descriptors");
        if (transforms && values_.is(*transforms, pickle_kind::list) && !values_.items(*transforms).empty())
            fail(tensor, "is compressed, which is not read; save the checkpoint without extensions");
        const pickle_id path = required(found->second, "relative_path");
        if (!values_.is(path, pickle_kind::string)) fail(tensor, "is in a file without a name");
        chunk.file = values_.text(path);
        const bool plain = chunk.file.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
        if (!plain || chunk.file.empty() || chunk.file == "." || chunk.file == "..")
            fail(tensor, "is in " + in_quotes(chunk.file) + ", which is not the plain name of a file");
        chunk.begin = count(tensor, found->second, "offset");
        chunk.length = count(tensor, found->second, "length");
    }

    std::size_t count(std::string_view tensor, pickle_id object, std::string_view field) const {
        const pickle_id value = required(object, field);
        if (!values_.is(value, pickle_kind::integer) || values_.integer(value) < 0)
            fail(tensor, "has a place whose " + std::string(field) + " is no count of bytes");
        return static_cast<std::size_t>(values_.integer(value));
    }

    std::string_view name_;
    function_ref<bool(std::string_view)> wanted_;
    unpickled unpickled_;
    const pickle_values& values_;
    std::map<place, pickle_id> storage_;  // where each chunk lies
};

/// What a file .metadata says of the tensors for which wanted(name) is true.
///
/// Cost: O(n log n) for n chunks of wanted tensors. Nothing that the pickle names is run.
/// @param pickle the whole file
/// @param name what messages call it
/// @throws input_error, naming the tensor, for what is no such metadata and for places that are incomplete
inline distributed_metadata read_distributed_metadata(std::span<const std::byte> pickle, std::string_view name,
                                                      function_ref<bool(std::string_view)> wanted) {
    return distributed_metadata_reader(pickle, name, wanted).read();
}

}  // namespace bouillon::detail
