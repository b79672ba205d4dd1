// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/read_checkpoint.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;
namespace fs = std::filesystem;

namespace {

std::string refusal(const fs::path& path) {
    return test::message_of<input_error>([&] { detail::read_checkpoint(path, false); });
}

}  // namespace

TEST_CASE("a file that is called as a trainer's state is no checkpoint") {
    const test::temporary_directory directory;
    for (const char* const name : {"optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"}) {
        test::write_text(directory / name, "PK");
        CHECK(refusal(directory / name) ==
              (directory / name).string() + ": holds the state of an optimizer or a trainer, by its name");
    }
}

TEST_CASE("a file of another kind is refused with the kinds that are read") {
    const test::temporary_directory directory;
    test::write_text(directory / "notes.txt", "");
    CHECK(refusal(directory / "notes.txt") ==
          (directory / "notes.txt").string() +
              ": is neither a checkpoint's directory nor a file of safetensors (.safetensors) or of torch.save (.bin, "
              ".pt, .pth, .ckpt)");
    CHECK(refusal(directory / "none") == (directory / "none").string() + ": no such file or directory");
}

TEST_CASE("each form that a directory can have is read by its reader") {
    const auto names = [](const fs::path& path) {
        std::string all;
        for (const auto& tensor : detail::read_checkpoint(path, false).tensors) all += tensor.description.name + ' ';
        return all;
    };
    const test::temporary_directory directory;
    const auto write = [&](const std::string& path, const std::string& tensor) {
        test::write_tensors(directory / path, {{{tensor, dtype::u8, {1}}, "x"}});
    };
    write("single/model.safetensors", "a");
    write("shards/model-1.safetensors", "b");
    test::write_text(directory / "shards/model.safetensors.index.json",
                     R"({"weight_map": {"b": "model-1.safetensors"}})");
    write("parameters/model/norm/model_weight.safetensors", "data");
    CHECK(names(directory / "single") == "a ");
    CHECK(names(directory / "shards") == "b ");
    CHECK(names(directory / "parameters") == "norm.weight ");
    CHECK(names(BOUILLON_TEST_DATA "/dcp") == "blocks columns layers rows step whole ");
    CHECK(names(BOUILLON_TEST_DATA "/distributed/one").starts_with("rows columns replicated "));
}

TEST_CASE("what a directory lacks or holds in another format is said") {
    const test::temporary_directory directory;
    test::write_text(directory / "model-00001-of-00002.safetensors", "x");
    CHECK(refusal(directory.path()).find("but not their index") != std::string::npos);
    const test::temporary_directory other;
    test::write_text(other / "model.gguf", "x");
    CHECK(refusal(other.path()).find("GGUF") != std::string::npos);
}
