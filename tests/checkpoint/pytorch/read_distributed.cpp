// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/read_distributed.hpp>

#include <bouillon/checkpoint/checkpoint.hpp>

#include "checkpoint/elements.hpp"
#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace bouillon;
namespace fs = std::filesystem;

namespace {

const fs::path data = BOUILLON_TEST_DATA "/distributed";

/// A copy of what four processes wrote, to be spoilt.
struct spoilt {
    test::temporary_directory directory;

    spoilt() { fs::copy(data / "four", directory.path()); }

    std::string refusal() const {
        return test::message_of<input_error>([&] { checkpoint(directory.path(), optimizer_state::leave_out); });
    }
};

}  // namespace

TEST_CASE("what PyTorch wrote from one process and from four reads as whole tensors") {
    for (const char* const processes : {"one", "four"}) {
        const checkpoint opened(data / processes, optimizer_state::leave_out);
        std::vector<checkpoint_tensor> expected{
            {"columns", dtype::bf16, {3, 8}},  {"empty", dtype::f32, {0, 3}}, {"few", dtype::f16, {2, 3}},
            {"parameter", dtype::f32, {2, 2}}, {"plain", dtype::f64, {3, 3}}, {"replicated", dtype::f32, {4}},
            {"rows", dtype::f32, {7, 5}},      {"scalar", dtype::i64, {}},    {"transposed", dtype::f32, {4, 3}}};
        if (processes == std::string("four")) expected.insert(expected.begin(), {"blocks", dtype::f32, {4, 6}});
        CHECK(opened.tensors() == expected);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto bytes = test::bytes_of(opened, i);
            for (std::size_t e = 0; e < expected[i].elements(); ++e)
                CHECK(test::element(bytes, expected[i].type, e) == static_cast<double>(e));
        }
        CHECK(opened.left_out() == left_out_values{2, 1});
    }
}

TEST_CASE("the state of an optimizer and a trainer is read on request") {
    const checkpoint opened(data / "four");
    CHECK(opened.tensors().size() == 12);
    CHECK(opened.left_out() == left_out_values{0, 1});
    const auto moment = std::ranges::find(opened.tensors(), "optim.state.0.exp_avg", &checkpoint_tensor::name);
    REQUIRE(moment != opened.tensors().end());
    CHECK(moment->shape == std::vector<std::size_t>{7, 5});
}

TEST_CASE("a file of chunks that is cut off or missing is refused") {
    const spoilt cut;
    const auto file = cut.directory / "__3_0.distcp";
    fs::resize_file(file, file_size(file) - 1);
    CHECK(cut.refusal().starts_with(file.string() + ": tensor \""));
    CHECK(cut.refusal().ends_with(" reaches beyond the file, which has " + to_string(file_size(file))));
    fs::remove(file);
    CHECK(cut.refusal() == file.string() + ": cannot open: No such file or directory");
}

TEST_CASE("chunks that are in the safetensors form are refused") {
    const spoilt other;
    test::write_tensors(other.directory / "x", {{{"rows", dtype::f32, {2, 5}}, std::string(40, 'x')}});
    const auto file = other.directory / "__0_0.distcp";
    const auto size = file_size(file);
    fs::rename(other.directory / "x", file);
    fs::resize_file(file, size);
    CHECK(other.refusal().find("is no archive of torch.save") != std::string::npos);
}

TEST_CASE("a chunk of another type or shape than the metadata says is refused with both") {
    const spoilt other;
    auto text = test::read_text(other.directory / ".metadata");
    const auto at = text.find("bfloat16");
    REQUIRE(at != std::string::npos);
    text.replace(at, 8, "quint4x2");
    test::write_text(other.directory / ".metadata", text);
    CHECK(other.refusal() == (other.directory / ".metadata").string() +
                                 ": tensor \"columns\" is of the type torch.quint4x2, which is not read");
    text.replace(at, 8, "bits1x8 ");
    CHECK(other.refusal().find("is not read") != std::string::npos);
}

TEST_CASE("a file of chunks with any byte changed is refused or read, and nothing else") {
    const std::string good = test::read_text(data / "four/__0_0.distcp");
    const spoilt changed;
    for (std::size_t at = 0; at < good.size(); at += 3) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
        test::write_text(changed.directory / "__0_0.distcp", bytes);
        const auto refused = changed.refusal();
        CHECK((refused.empty() || refused.find("__0_0.distcp") != std::string::npos));
    }
}
