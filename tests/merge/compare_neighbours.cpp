// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/compare_neighbours.hpp>

#include "checkpoint/files.hpp"
#include <bouillon/core/random.hpp>

#include <process/thread_processes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// Files of these tensors, one a checkpoint.
class checkpoint_files {
 public:
    void add(const std::vector<test::stored_tensor>& tensors) {
        paths_.push_back(directory_ / (std::to_string(paths_.size()) + ".safetensors"));
        test::write_tensors(paths_.back(), tensors);
    }
    const std::vector<std::filesystem::path>& paths() const { return paths_; }

 private:
    test::temporary_directory directory_;
    std::vector<std::filesystem::path> paths_;
};

std::string random_floats(std::size_t size, std::uint64_t seed) {
    random_engine engine = make_engine(seed);
    std::vector<float> values(size);
    for (float& value : values) value = static_cast<float>(normal(engine));
    return test::stored(values);
}

}  // namespace

TEST_CASE("checkpoints are compared tensor by tensor, integers left out") {
    checkpoint_files files;
    for (const float value : {3.0f, 4.0f})
        files.add({{{"weight", dtype::f32, {2}}, test::stored<float>({value, 0})},
                   {{"ids", dtype::i32, {1}}, test::stored<std::int32_t>({7})}});
    const auto compared = compare_neighbours(open_checkpoints(files.paths()));
    REQUIRE(compared.size() == 1);
    REQUIRE(compared[0].size() == 2);
    CHECK(compared[0][0].squared_a == 0);  // ids
    CHECK(compared[0][1].norm_a() == 3);
    CHECK(compared[0][1].norm_b() == 4);
    CHECK(compared[0][1].distance() == 1);
}

TEST_CASE("a tensor that is stored in several types is not compared") {
    checkpoint_files files;
    files.add({{{"weight", dtype::f32, {1}}, "abcd"}});
    files.add({{{"weight", dtype::f16, {1}}, "ab"}});
    const auto set = open_checkpoints(files.paths(), {.types = {dtype::f32, {}}});
    CHECK_THROWS_AS(compare_neighbours(set), types_differ);
    CHECK_THROWS_AS(squared_norms(set, 0), types_differ);
}

TEST_CASE("a chain read once gives what each pair gives, for any number of threads") {
    checkpoint_files files;
    const std::size_t size = 300'001;  // several runs, of several blocks, and a rest
    for (std::uint64_t k = 0; k < 6; ++k)
        files.add({{{"big", dtype::f32, {size}}, random_floats(size, k)},
                   {{"none", dtype::f32, {0}}, ""},
                   {{"small", dtype::f32, {3}}, random_floats(3, 10 + k)}});
    const auto set = open_checkpoints(files.paths());
    const auto alone = compare_neighbours(set, 1), threaded = compare_neighbours(set, 3);
    REQUIRE(alone.size() == 5);
    for (std::size_t k = 0; k < alone.size(); ++k)
        for (std::size_t i = 0; i < set.tensors().size(); ++i) {
            const auto older = test::bytes_of(set[k], i), newer = test::bytes_of(set[k + 1], i);
            const std::size_t elements = set.tensors()[i].elements();
            const auto pair = compare({older.data(), elements, dtype::f32}, {newer.data(), elements, dtype::f32});
            CHECK(alone[k][i].squared_b == doctest::Approx(pair.squared_b).epsilon(1e-13));
            CHECK(alone[k][i].product == doctest::Approx(pair.product).epsilon(1e-10));
            CHECK(alone[k][i].squared_difference == doctest::Approx(pair.squared_difference).epsilon(1e-13));
            CHECK(threaded[k][i].squared_a == alone[k][i].squared_a);
            CHECK(threaded[k][i].product == alone[k][i].product);
            CHECK(threaded[k][i].squared_difference == alone[k][i].squared_difference);
        }
}

TEST_CASE("one checkpoint has no neighbour but norms") {
    checkpoint_files files;
    const std::size_t size = 300'001;
    files.add({{{"big", dtype::f32, {size}}, random_floats(size, 1)},
               {{"ids", dtype::i32, {1}}, test::stored<std::int32_t>({7})},
               {{"x", dtype::f16, {2}}, test::stored<std::uint16_t>({float_to_f16(3), float_to_f16(4)})}});
    const auto set = open_checkpoints(files.paths());
    CHECK(compare_neighbours(set).empty());
    CHECK(unequal_neighbours(set).empty());
    const auto squares = squared_norms(set, 0);
    double sum = 0;
    for (const float value : test::loaded<float>(test::bytes_of(set[0], 0))) sum += double{value} * value;
    CHECK(squares[0] == doctest::Approx(sum).epsilon(1e-12));
    CHECK(squares[1] == 0);
    CHECK(squares[2] == 25);
    CHECK(squared_norms(set, 0, 1) == squared_norms(set, 0, 3));
}

TEST_CASE("tensors without sums that differ are found between their neighbours") {
    checkpoint_files files;
    for (const std::int32_t id : {7, 7, 8})
        files.add({{{"weight", dtype::f32, {1}}, test::stored<float>({static_cast<float>(files.paths().size())})},
                   {{"ids", dtype::i32, {1}}, test::stored<std::int32_t>({id})},
                   {{"mask", dtype::boolean, {1}}, "\1"}});
    CHECK(unequal_neighbours(open_checkpoints(files.paths())) == std::vector<std::vector<std::size_t>>{{}, {0}});
}

TEST_CASE("a file that is cut off while it is compared is an error that names it") {
    checkpoint_files files;
    for (int k = 0; k < 2; ++k) files.add({{{"x", dtype::f32, {10'000}}, random_floats(10'000, 1)}});
    const auto set = open_checkpoints(files.paths());
    std::filesystem::resize_file(files.paths()[1], 5000);
    const auto message = test::message_of<input_error>([&] { compare_neighbours(set, 1); });
    CHECK(message.find(files.paths()[1].string() + ": changed while tensor \"x\" was read") != std::string::npos);
}

TEST_CASE("several processes find what one finds, bit for bit") {
    checkpoint_files files;
    for (const std::uint64_t seed : {1, 2, 3})
        files.add({{{"large", dtype::f32, {1500000}}, random_floats(1500000, seed)},
                   {{"small", dtype::f32, {7}}, random_floats(7, seed)}});
    const auto set = open_checkpoints(files.paths());
    const auto alone = compare_neighbours(set, 1);
    const auto squares = squared_norms(set, 1, 1);
    for (const std::size_t size : {2, 3, 9})
        in_processes(size, [&](const thread_processes& group) {
            const auto compared = compare_neighbours(group, set, 1);
            const auto norms = squared_norms(group, set, 1, 1);
            REQUIRE(compared.size() == (group.rank() == 0 ? 2 : 0));
            if (group.rank() == 0) CHECK(norms == squares);
            for (std::size_t k = 0; k < compared.size(); ++k)
                for (std::size_t i = 0; i < alone[k].size(); ++i) {
                    CHECK(compared[k][i].squared_difference == alone[k][i].squared_difference);
                    CHECK(compared[k][i].product == alone[k][i].product);
                }
        });
}
