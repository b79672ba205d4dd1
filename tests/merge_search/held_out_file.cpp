// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/core/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

using namespace bouillon;

namespace {

using u16 = std::vector<std::uint16_t>;
using i32 = std::vector<std::int32_t>;
using i64 = std::vector<std::int64_t>;
using u32 = std::vector<std::uint32_t>;

struct test_file {
    temporary_directory folder;
    std::filesystem::path path = folder.path() / "held-out.safetensors";

    explicit test_file(const std::map<std::string, std::variant<u16, i32, i64, std::vector<double>, u32>>& tensors) {
        constexpr std::array types = {dtype::u16, dtype::i32, dtype::i64, dtype::f64,
                                      dtype::u32};  // by the variant's index
        std::vector<checkpoint_tensor> entries;
        for (const auto& [name, values] : tensors)
            entries.push_back(
                {name, types[values.index()], {std::visit([](const auto& each) { return each.size(); }, values)}});
        safetensors_writer writer(path, entries);
        for (const auto& entry : writer.tensors())
            std::visit([&](const auto& each) { writer.append(std::as_bytes(std::span(each))); },
                       tensors.at(entry.name));
        writer.close();
    }
};

void refused(const test_file& file, const std::string& message) {
    CHECK_THROWS_WITH_AS(read_held_out(file.path), (file.path.string() + ": " + message).c_str(), input_error);
}

}  // namespace

TEST_CASE("tokens are read from each integer type that the format allows") {
    const auto check = [](const test_file& file) {
        const auto held_out = read_held_out(file.path);
        REQUIRE(held_out.size() == 2);
        CHECK(held_out[0][1] == 65535);
        CHECK(held_out[1].size() == 3);
        CHECK(held_out[1][2] == 5);
    };
    check(test_file({{"tokens", u16{1, 65535, 3, 4, 5}}, {"document_offsets", i64{0, 2, 5}}}));
    check(test_file({{"tokens", i32{1, 65535, 3, 4, 5}}, {"document_offsets", i64{0, 2, 5}}}));
    check(test_file({{"tokens", i64{1, 65535, 3, 4, 5}}, {"document_offsets", i64{0, 2, 5}}}));
    check(test_file({{"tokens", u32{1, 65535, 3, 4, 5}}, {"document_offsets", i64{0, 2, 5}}}));
    refused(test_file({{"tokens", u32{1, 1u << 31}}, {"document_offsets", i64{0, 2}}}),
            "'tokens' holds 2147483648 at 1, not a value from 0 to 2147483647");
}

TEST_CASE("documents with nothing to predict are left out and counted") {
    const test_file file({{"tokens", i32{1, 2, 3, 4, 5, 6}},
                          {"document_offsets", i64{0, 0, 1, 3, 4, 4, 6}},
                          {"prompt_tokens", i64{0, 1, 1, 1, 0, 1}},
                          {"document_bytes", i64{0, 0, 7, 0, 0, 8}}});
    std::size_t left_out = 9;
    const auto held_out = read_held_out(file.path, &left_out);
    CHECK(left_out == 4);
    REQUIRE(held_out.size() == 2);
    CHECK(i32(held_out[0].begin(), held_out[0].end()) == i32{2, 3});
    CHECK(i32(held_out[1].begin(), held_out[1].end()) == i32{5, 6});
    CHECK(held_out.prompt(1) == 1);
    CHECK(held_out.bytes() == std::vector<std::size_t>{7, 8});
    CHECK(read_held_out(test_file({{"tokens", i32{1, 2}}, {"document_offsets", i64{0, 2}}}).path, &left_out).size() ==
          1);
    CHECK(left_out == 0);
    refused(test_file({{"tokens", i32{1}}, {"document_offsets", i64{0, 0, 1}}}),
            "has no document of 2 tokens or more, of 2");
}

TEST_CASE("anything else is refused with the file's name and both values") {
    const i64 offsets = {0, 2};
    refused(test_file({{"words", i64{1, 2}}, {"document_offsets", offsets}}), "has no tensor 'tokens'");
    refused(test_file({{"tokens", std::vector<double>{1, 2}}, {"document_offsets", offsets}}),
            "'tokens' is F64, not U16, I32, U32 or I64");
    refused(test_file({{"tokens", i64{1, 2}}, {"document_offsets", i32{0, 2}}}), "'document_offsets' is I32, not I64");
    refused(test_file({{"tokens", i64{1, -2}}, {"document_offsets", offsets}}),
            "'tokens' holds -2 at 1, not a value from 0 to 2147483647");
    refused(test_file({{"tokens", i64{1, std::int64_t{1} << 40}}, {"document_offsets", offsets}}),
            "'tokens' holds 1099511627776 at 1, not a value from 0 to 2147483647");
    refused(test_file({{"tokens", i64{1, 2}}, {"document_offsets", i64{0, 3}}}),
            "'document_offsets' ends at 3, but 'tokens' has 2");
}

TEST_CASE("prompts and bytes are read where the file has them, and must fit") {
    const i64 offsets = {0, 2, 5}, tokens = {1, 2, 3, 4, 5};
    const test_file file({{"tokens", tokens},
                          {"document_offsets", offsets},
                          {"prompt_tokens", i64{1, 2}},
                          {"document_bytes", i64{4, 9}}});
    const auto held_out = read_held_out(file.path);
    CHECK(held_out.targets(1) == 1);
    CHECK(held_out.bytes() == std::vector<std::size_t>{4, 9});
    CHECK_FALSE(read_questions(file.path).has_value());

    const auto with_bytes = [&](const i64& bytes) {
        return test_file({{"tokens", tokens}, {"document_offsets", offsets}, {"document_bytes", bytes}});
    };
    refused(with_bytes({4}), "'document_bytes' has 1 values, but there are 2 documents");
    refused(with_bytes({4, 0}), "'document_bytes' holds 0 at 1, not 1 or more");
    refused(with_bytes({}), "'document_bytes' has 0 values");
    refused(test_file({{"tokens", tokens}, {"document_offsets", offsets}, {"document_bytes", i32{4, 9}}}),
            "'document_bytes' is I32, not I64");
}

TEST_CASE("questions are read where the file has them") {
    const test_file file({{"tokens", u16{1, 2, 3, 4, 5, 6}},
                          {"document_offsets", i64{0, 3, 6}},
                          {"prompt_tokens", i64{2, 1}},
                          {"question_offsets", i64{0, 2}},
                          {"correct", i64{1}},
                          {"answer_lengths", i64{7, 8}}});
    const auto questions = read_questions(file.path);
    REQUIRE(questions.has_value());
    CHECK(questions->size() == 1);
    CHECK(questions->right_choices() == std::vector<std::size_t>{1});
    CHECK(questions->choices().targets(0) == 1);
    CHECK(questions->has_answer_lengths());
    const test_file incomplete(
        {{"tokens", i64{1, 2, 3, 4}}, {"document_offsets", i64{0, 2, 4}}, {"question_offsets", i64{0, 2}}});
    CHECK_THROWS_WITH_AS(read_questions(incomplete.path),
                         (incomplete.path.string() + ": has no tensor 'correct'").c_str(), input_error);
}

TEST_CASE("the example trajectory's held-out files hold 48 documents each") {
    CHECK(read_held_out(BOUILLON_EXAMPLE_DATA "/search.safetensors").size() == 48);
    CHECK(read_held_out(BOUILLON_EXAMPLE_DATA "/test.safetensors").size() == 48);
}
