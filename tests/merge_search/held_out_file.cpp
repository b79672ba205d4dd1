// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/checkpoint/safetensors_writer.hpp>

#include <doctest/doctest.h>

#include <span>

using namespace bouillon;

namespace {

struct file_with {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "bouillon-held-out-test.safetensors";

    template <class Token, class Offset>
    file_with(const std::string& tokens_name, dtype token_type, std::vector<Token> tokens, dtype offset_type,
              std::vector<Offset> offsets) {
        std::filesystem::remove(path);
        safetensors_writer writer(
            path, {{tokens_name, token_type, {tokens.size()}}, {"document_offsets", offset_type, {offsets.size()}}});
        for (const auto& entry : writer.tensors())
            writer.append(entry.name == "document_offsets" ? std::as_bytes(std::span(offsets))
                                                           : std::as_bytes(std::span(tokens)));
        writer.close();
    }
    ~file_with() { std::filesystem::remove(path); }
};

using i64 = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("tokens are read from each integer type that the format allows") {
    const auto check = [](const file_with& file) {
        const auto held_out = read_held_out(file.path);
        REQUIRE(held_out.size() == 2);
        CHECK(held_out[0][1] == 65535);
        CHECK(held_out[1].size() == 3);
        CHECK(held_out[1][2] == 5);
    };
    check(file_with("tokens", dtype::u16, std::vector<std::uint16_t>{1, 65535, 3, 4, 5}, dtype::i64, i64{0, 2, 5}));
    check(file_with("tokens", dtype::i32, std::vector<std::int32_t>{1, 65535, 3, 4, 5}, dtype::i64, i64{0, 2, 5}));
    check(file_with("tokens", dtype::i64, i64{1, 65535, 3, 4, 5}, dtype::i64, i64{0, 2, 5}));
}

TEST_CASE("anything else is refused with the file's name and both values") {
    const std::string name = (std::filesystem::temp_directory_path() / "bouillon-held-out-test.safetensors").string();
    const auto refused = [&](const file_with& file, const std::string& message) {
        CHECK_THROWS_WITH_AS(read_held_out(file.path), (name + ": " + message).c_str(), input_error);
    };
    refused(file_with("words", dtype::i64, i64{1, 2}, dtype::i64, i64{0, 2}), "has no tensor 'tokens'");
    refused(file_with("tokens", dtype::f64, std::vector<double>{1, 2}, dtype::i64, i64{0, 2}),
            "'tokens' is F64, not U16, I32 or I64");
    refused(file_with("tokens", dtype::i64, i64{1, 2}, dtype::i32, std::vector<std::int32_t>{0, 2}),
            "'document_offsets' is I32, not I64");
    refused(file_with("tokens", dtype::i64, i64{1, -2}, dtype::i64, i64{0, 2}),
            "'tokens' holds -2 at 1, not a value from 0 to 2147483647");
    refused(file_with("tokens", dtype::i64, i64{1, std::int64_t{1} << 40}, dtype::i64, i64{0, 2}),
            "'tokens' holds 1099511627776 at 1, not a value from 0 to 2147483647");
    refused(file_with("tokens", dtype::i64, i64{1, 2}, dtype::i64, i64{0, 3}),
            "'document_offsets' ends at 3, but 'tokens' has 2");
}

TEST_CASE("the example trajectory's held-out files hold 48 documents each") {
    CHECK(read_held_out(BOUILLON_EXAMPLE_DATA "/search.safetensors").size() == 48);
    CHECK(read_held_out(BOUILLON_EXAMPLE_DATA "/test.safetensors").size() == 48);
}
