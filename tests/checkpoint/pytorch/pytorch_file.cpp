// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_file.hpp>

#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/torch_bytes.hpp"
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

const std::filesystem::path data = std::filesystem::path(BOUILLON_TEST_DATA) / "torch";

pytorch_contents read(const std::filesystem::path& path) { return read_pytorch_file(input_file(path)); }

/// The message without the file's name.
std::string refusal(const std::filesystem::path& path) {
    const std::string message = test::message_of<input_error>([&] { read(path); });
    return message.starts_with(path.string() + ": ") ? message.substr(path.string().size() + 2) : message;
}

/// The same of a file of a text.
std::string refusal_of(std::string_view text) {
    const test::temporary_directory directory;
    test::write_text(directory / "f", text);
    return refusal(directory / "f");
}

/// Every tensor is the one of NAME.safetensors, which torch itself wrote.
void check_as_torch_reads_it(const std::string& name) {
    CAPTURE(name);
    const auto found = read(data / (name + ".pt")).tensors;
    const safetensors_file expected(data / (name + ".safetensors"));
    const std::string text = test::read_text(data / (name + ".pt"));
    REQUIRE(found.size() == expected.tensors().size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(found[i].name);
        const tensor_entry& entry = expected.tensors()[i];
        CHECK(static_cast<const checkpoint_tensor&>(found[i]) == static_cast<const checkpoint_tensor&>(entry));
        std::string bytes(entry.size, '\0');
        expected.read(entry, 0, std::as_writable_bytes(std::span(bytes)));
        CHECK(test::gathered(found[i], text) == bytes);
    }
}

const pytorch_tensor& tensor(const pytorch_contents& contents, std::string_view name) {
    return *std::find_if(contents.tensors.begin(), contents.tensors.end(),
                         [&](const auto& t) { return t.name == name; });
}

}  // namespace

TEST_CASE("what torch wrote is what torch reads") {
    for (const char* name : {"types", "views", "protocol_4", "no_checksums", "aligned", "renamed.by.hand", "small",
                             "state_dict", "wrapped", "megatron", "lightning", "composer", "legacy_types",
                             "legacy_views", "legacy_protocol_4", "legacy_small", "torch_1_13", "legacy_torch_1_13"})
        check_as_torch_reads_it(name);
}

TEST_CASE("tensors of one storage are each at their place in it") {
    const auto views = read(data / "views.pt");
    CHECK(tensor(views, "tied.a").begin == tensor(views, "tied.b").begin);
    CHECK(tensor(views, "second").begin == tensor(views, "first").begin + 24);
    CHECK(tensor(views, "second").strides.empty());
    CHECK(tensor(views, "ones").strides.empty());
    CHECK(tensor(views, "transposed").strides == std::vector<std::size_t>{1, 5});
    CHECK(tensor(views, "every_second").strides == std::vector<std::size_t>{12, 1});
    CHECK(tensor(views, "permuted").strides == std::vector<std::size_t>{1, 12, 4});
}

TEST_CASE("what a trainer stores beside a model is left out or not looked at") {
    const auto megatron = read(data / "megatron.pt");
    CHECK(megatron.place == "model");
    CHECK(megatron.left_out == values_left_out{0, 1, 0, 2});
    CHECK(read(data / "composer.pt").place == "state.model");
    CHECK(read(data / "lightning.pt").place == "state_dict");
}

TEST_CASE("files beside checkpoints and tensors that cannot be read are refused by what they are") {
    CHECK(refusal(data / "refused_optimizer.pt") == "is the state of an optimizer, not a checkpoint");
    CHECK(refusal(data / "refused_random_state.pt") == "is the state of random number generators, not a checkpoint");
    CHECK(refusal(data / "refused_meta.pt") == "tensor \"a\" has no data: it was on the device meta");
    CHECK(refusal(data / "refused_sparse.pt") ==
          "tensor \"a\" is made by \"torch._utils._rebuild_sparse_tensor\", which is not read");
    CHECK(refusal(data / "refused_conjugate.pt") == "tensor \"a\" is stored as a view that conjugates its values");
    CHECK(refusal(data / "refused_expanded.pt") ==
          "tensor \"a\" of shape [1000] and strides [0] shows elements of its storage several times");
    CHECK(refusal(data / "refused_complex.pt") ==
          "tensor \"a\" has a storage of the type \"ComplexDoubleStorage\", which is not read");
    CHECK(refusal(data / "refused_module.pt").starts_with("is an object of the class \"torch.nn.modules.container"));
    CHECK(refusal(data / "refused_tensor.pt") == "is one tensor without a name, not a checkpoint");
    CHECK(refusal(data / "refused_script.pt").starts_with("is a TorchScript program, not a checkpoint"));
}

TEST_CASE("a file of another kind is refused by what it is") {
    CHECK(refusal_of("") == "is empty");
    CHECK(refusal_of("anything else") == "is not a file of torch.save");
    CHECK(refusal_of("version https://git-lfs.github.com/spec/v1\noid sha256:0") ==
          "is a pointer of Git LFS, not the file itself: fetch it with git lfs pull");
    CHECK(refusal_of(test::safetensors_text("{}")) ==
          "is a safetensors file under another name: end it in .safetensors");
    CHECK(refusal_of("\x80\x04N.") == "is a pickle by itself, not a file of torch.save");
    CHECK(refusal_of("PYTORCH1...") == "is of a preview of PyTorch's format, which is not read");
    CHECK(refusal_of(std::string(257, '\0') + "ustar") ==
          "is a tar archive, as PyTorch wrote in 2017, which is not read");
}

TEST_CASE("an item beyond the file is refused") {
    const input_file file(data / "small.pt");
    const auto message = [&](std::size_t begin, std::size_t size) {
        return test::message_of<input_error>([&] { read_pytorch_item(file, begin, size); });
    };
    const std::string beyond = " reaches beyond the file, which has " + to_string(file.size());
    CHECK(message(file.size(), 1).ends_with(beyond));
    CHECK(message(1, ~std::size_t{}).ends_with(beyond));
    CHECK(message(file.size() + 1, 0).ends_with(beyond));
    CHECK(message(file.size(), 0).ends_with("is no archive of torch.save"));
}

TEST_CASE("items of a distributed checkpoint are read where they are") {
    const safetensors_file expected(data / "items.safetensors");
    const std::string text = test::read_text(data / "items.distcp");
    const input_file file(data / "items.distcp");
    for (const auto& [name, place] : expected.metadata()) {
        CAPTURE(name);
        std::size_t begin = 0, size = 0;
        std::istringstream(place) >> begin >> size;
        const tensor_entry* entry = expected.find(name);
        if (!entry) {  // a number
            CHECK(
                test::message_of<input_error>([&] { read_pytorch_item(file, begin, size); }).ends_with("is no tensor"));
            continue;
        }
        const auto item = read_pytorch_item(file, begin, size);
        CHECK(item.name.empty());
        CHECK(item.type == entry->type);
        CHECK(item.shape == entry->shape);
        std::string bytes(entry->size, '\0');
        expected.read(*entry, 0, std::as_writable_bytes(std::span(bytes)));
        CHECK(test::gathered(item, text) == bytes);
        CHECK_THROWS_AS(read_pytorch_item(file, begin, size - 1), input_error);
        CHECK(test::message_of<input_error>([&] { read_pytorch_item(file, begin + 1, size - 1); }) ==
              file.path().string() + ": the item of " + to_string(size - 1) + " bytes at byte " + to_string(begin + 1) +
                  " is no archive of torch.save");
    }
}

namespace {

/// Reads a file that may be damaged. What is not refused has its tensors in it.
void check_safe(const std::filesystem::path& path, std::string_view text) {
    test::write_text(path, text);
    try {
        for (const auto& found : read(path).tensors) {
            std::size_t last = 0;
            for (std::size_t d = 0; d < found.strides.size(); ++d) last += (found.shape[d] - 1) * found.strides[d];
            if (found.strides.empty() && found.elements() > 0) last = found.elements() - 1;
            CHECK(found.begin <= text.size());
            if (found.elements() > 0) CHECK(found.begin + (last + 1) * bytes(found.type) <= text.size());
        }
    } catch (const input_error&) {
    }
}

}  // namespace

TEST_CASE("a file of torch.save that is cut off anywhere is refused") {
    for (const char* name : {"small.pt", "legacy_small.pt"}) {
        const std::string whole = test::read_text(data / name);
        for (std::size_t size = 0; size < whole.size(); ++size) CHECK(refusal_of(whole.substr(0, size)) != "");
    }
}

TEST_CASE("a file of torch.save with any byte changed is refused or read within its bounds") {
    const test::temporary_directory directory;
    for (const char* name : {"small.pt", "legacy_small.pt"}) {
        const std::string whole = test::read_text(data / name);
        for (std::size_t i = 0; i < whole.size(); ++i)
            for (const int change : {0xff, 1, 0x80}) {
                std::string damaged = whole;
                damaged[i] = static_cast<char>(damaged[i] ^ change);
                check_safe(directory / "f", damaged);
            }
    }
}
