// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/resident.hpp>

#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>
#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <random>

using namespace bouillon;

namespace {

using paths = std::vector<std::filesystem::path>;
using weights = std::vector<double>;

/// A file with a tensor of each kind: bf16, f32 and f64, one that is the same in all, one of whole numbers, an empty.
std::filesystem::path write_checkpoint(const std::filesystem::path& path, std::uint32_t seed, std::int64_t step = 3) {
    std::mt19937 random(seed);
    const auto uniform = [&] { return static_cast<double>(random()) / 4e9 - 0.5; };
    std::vector<std::uint16_t> half(600);
    for (auto& value : half) value = float_to_bf16(static_cast<float>(uniform()));
    std::vector<float> single(7), fixed(33, 0.1f);
    for (auto& value : single) value = static_cast<float>(uniform());
    std::vector<double> twice(5);
    for (auto& value : twice) value = uniform();
    test::write_tensors(path, {{{"embed", dtype::bf16, {20, 30}}, test::stored(half)},
                               {{"empty", dtype::f32, {0, 4}}, ""},
                               {{"fixed", dtype::f32, {33}}, test::stored(fixed)},
                               {{"norm", dtype::f32, {7}}, test::stored(single)},
                               {{"step", dtype::i64, {1}}, test::stored(std::vector<std::int64_t>{step})},
                               {{"twice", dtype::f64, {5}}, test::stored(twice)}});
    return path;
}

paths write_three(const test::temporary_directory& directory) {
    return {write_checkpoint(directory / "0.safetensors", 1), write_checkpoint(directory / "1.safetensors", 2),
            write_checkpoint(directory / "2.safetensors", 3)};
}

template <class Backend>
std::vector<std::byte> bytes_of(const Backend& backend, const parameter<Backend>& given) {
    std::vector<std::byte> host(given.tensor.size() * bytes(given.tensor.type()));
    backend.download(given.tensor, host);
    return host;
}

template <class Backend>
void check_against_file(const Backend& backend, const parameters<Backend>& merged, const safetensors_file& file) {
    CHECK(merged.size() == file.tensors().size());
    for (const auto& entry : file.tensors()) {
        CAPTURE(entry.name);
        const auto& found = merged.at(entry.name);
        CHECK(found.shape == entry.shape);
        CHECK(found.tensor.type() == entry.type);
        CHECK(bytes_of(backend, found) == test::bytes_of(file, entry));
    }
}

template <class Backend>
void check_candidates_are_merged_together(const Backend& backend) {
    const test::temporary_directory directory;
    const auto resident = make_resident(open_checkpoints(write_three(directory)), backend);
    const std::vector<weights> candidates = {{0.2, 0.3, 0.5}, {0, 1, 0}, {0.5, 0.7, 0.1}, {-0.5, 0, 1.5}, {1, 0, 0}};
    const auto merged = resident.merge(candidates);
    REQUIRE(merged.size() == candidates.size());
    for (std::size_t q = 0; q < candidates.size(); ++q)
        for (const auto& alone : resident.merge(candidates[q])) {
            CAPTURE(alone.first);
            CHECK(merged[q].at(alone.first).shape == alone.second.shape);
            CHECK(bytes_of(backend, merged[q].at(alone.first)) == bytes_of(backend, alone.second));
        }
    CHECK_THROWS_AS(resident.merge(std::vector<weights>{{1, 0, 0}, {0, 0, 0}}), input_error);
}

template <class Backend>
void check_is_what_is_written(const Backend& backend) {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(write_three(directory));
    const auto resident = make_resident(checkpoints, backend);
    parameters<Backend> merged;
    int number = 0;
    for (const weights& trial : {weights{0.2, 0.3, 0.5}, weights{0, 1, 0}, weights{0.5, 0.7, 0.1},
                                 weights{-0.5, 0, 1.5}, weights{1.0 / 3, 1.0 / 3, 1.0 / 3}}) {
        const auto path = directory / ("out" + std::to_string(number++) + ".safetensors");
        write_merged(checkpoints, trial, path);
        resident.merge_into(trial, merged);
        check_against_file(backend, merged, safetensors_file(path));
        check_against_file(backend, resident.merge(trial), safetensors_file(path));
    }
}

/// Groups "step", "norm" and all else, with three rows of weights, and the row of each tensor.
const tensor_groups three_groups{{{"step", {"step"}}, {"norm", {"n*"}}, {"rest", {"*"}}}};
const std::vector<weights> three_rows = {{0.5, 0.5, 0}, {0, 0, 1}, {-0.25, 0.5, 0.75}};
const weights all_rows = {0.5, 0.5, 0, 0, 0, 1, -0.25, 0.5, 0.75};

template <class Backend>
void check_groups_are_merged_apart(const Backend& backend) {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(write_three(directory));
    const auto plain = make_resident(checkpoints, backend), grouped = make_resident(checkpoints, backend, three_groups);
    const std::vector<weights> candidates = {all_rows, three_rows[0]};
    const auto together = grouped.merge(candidates);
    for (const auto& made : grouped.merge(all_rows)) {
        CAPTURE(made.first);
        const auto alone = plain.merge(three_rows[three_groups.of(made.first)]);
        CHECK(bytes_of(backend, made.second) == bytes_of(backend, alone.at(made.first)));
        CHECK(bytes_of(backend, made.second) == bytes_of(backend, together[0].at(made.first)));
        CHECK(bytes_of(backend, plain.merge(three_rows[0]).at(made.first)) ==
              bytes_of(backend, together[1].at(made.first)));
    }
    const auto path = directory / "out.safetensors";
    write_merged(checkpoints, all_rows, path, {.groups = three_groups});
    check_against_file(backend, grouped.merge(all_rows), safetensors_file(path));
}

struct held_tensors {
    std::vector<float> values = {1, 2, 3, 4};
    std::vector<std::int64_t> step = {5};

    std::map<std::string, parameter_view> views() const {
        return {{"weight", {{reinterpret_cast<const std::byte*>(values.data()), 4, dtype::f32}, {2, 2}}},
                {"step", {{reinterpret_cast<const std::byte*>(step.data()), 1, dtype::i64}, {1}}}};
    }
};

}  // namespace

TEST_CASE("candidates merged together are what each is alone, on every backend") {
    check_candidates_are_merged_together(xtensor_backend());
    check_candidates_are_merged_together(default_thrust_backend());
}

TEST_CASE("a resident merge is bit for bit the one that is written, on every backend") {
    check_is_what_is_written(xtensor_backend({.threads = 2}));
    check_is_what_is_written(thrust_backend<thrust_sequential>{});
    check_is_what_is_written(default_thrust_backend{});
}

TEST_CASE("each group of tensors is merged by its own weights, bit for bit as if they were all") {
    check_groups_are_merged_apart(xtensor_backend({.threads = 2}));
    check_groups_are_merged_apart(default_thrust_backend());
}

TEST_CASE("a tensor of no group is named before anything is merged, unless it is whole numbers") {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(write_three(directory));
    const tensor_groups some{{{"norm", {"n*"}}}}, floats{{{"floats", {"[!s]*"}}}};
    CHECK_NOTHROW(make_resident(checkpoints, xtensor_backend(), floats));
    CHECK_THROWS_WITH_AS(make_resident(checkpoints, xtensor_backend(), some),
                         "tensor 'embed' is in none of the groups norm", input_error);
}

TEST_CASE("a merge into another backend is the one here, into an earlier result too") {
    const test::temporary_directory directory;
    const auto resident = make_resident(open_checkpoints(write_three(directory)), xtensor_backend{});
    const default_thrust_backend other;
    parameters<default_thrust_backend> sent;
    for (const weights& trial : {weights{0.2, 0.3, 0.5}, weights{0, 1, 0}, weights{0.5, 0.7, 0.1}}) {
        const auto merged = resident.merge(trial);
        resident.merge_into(trial, other, sent);
        CHECK(sent.size() == merged.size());
        for (const auto& made : merged) {
            const auto& found = sent.at(made.first);
            CAPTURE(made.first);
            CHECK(found.shape == made.second.shape);
            CHECK(found.tensor.type() == made.second.tensor.type());
            CHECK(bytes_of(other, found) == bytes_of(xtensor_backend{}, made.second));
        }
    }
}

TEST_CASE("a merge into an earlier result takes no new memory") {
    const test::temporary_directory directory;
    const auto resident = make_resident(open_checkpoints(write_three(directory)), xtensor_backend{});
    CHECK(resident.size() == 3);
    auto merged = resident.merge(weights{1, 0, 0});
    std::vector<const std::byte*> before, after;
    for (const auto& [name, made] : merged) before.push_back(made.tensor.view().data);
    resident.merge_into(weights{0.1, 0.2, 0.7}, merged);
    for (const auto& [name, made] : merged) after.push_back(made.tensor.view().data);
    CHECK(before == after);
}

TEST_CASE("weights that cannot be used are refused") {
    const test::temporary_directory directory;
    const auto resident = make_resident(open_checkpoints(write_three(directory)), xtensor_backend{});
    CHECK_THROWS_WITH_AS(resident.merge(weights{0.5, 0.5}), "2 merge weights for 3 checkpoints", input_error);
    CHECK_THROWS_WITH_AS(resident.merge(weights{0, 0, 0}), "all merge weights are 0", input_error);
    CHECK_THROWS_WITH_AS(resident.merge(weights{1, std::numeric_limits<double>::quiet_NaN(), 0}),
                         "the merge weight of checkpoint 1 is nan, not a finite number", input_error);
}

TEST_CASE("tensors that a trainer holds are merged where they lie, as they are at that time") {
    std::vector<held_tensors> held(2);
    held[1].values = {5, 6, 7, 8};
    const xtensor_backend backend;
    const resident_checkpoints resident({held[0].views(), held[1].views()}, backend);
    auto merged = resident.merge(weights{0.5, 0.5});
    CHECK(merged.at("weight").shape == std::vector<std::size_t>{2, 2});
    CHECK(merged.at("weight").tensor.elements<float>() == xt::xtensor<float, 1>{3, 4, 5, 6});
    CHECK(bytes_of(backend, merged.at("step"))[0] == std::byte{5});
    held[0].values = {0, 0, 0, 0};
    resident.merge_into(weights{0.5, 0.5}, merged);
    CHECK(merged.at("weight").tensor.elements<float>() == xt::xtensor<float, 1>{2.5, 3, 3.5, 4});
}

TEST_CASE("tensors that a trainer holds get the type that is asked for, and whole numbers the newest's") {
    std::vector<held_tensors> held(2);
    held[1].step = {6};
    const auto views = std::vector{held[0].views(), held[1].views()};
    const xtensor_backend backend;
    CHECK_THROWS_AS(resident_checkpoints(views, backend), input_error);
    const resident_checkpoints resident(views, backend, {}, {{dtype::bf16}, true});
    auto merged = resident.merge(weights{0.5, 0.5});
    CHECK(merged.at("weight").tensor.type() == dtype::bf16);
    CHECK(bytes_of(backend, merged.at("step"))[0] == std::byte{6});
    resident.merge_into(weights{1, 0}, merged);
    CHECK(bytes_of(backend, merged.at("step"))[0] == std::byte{5});
    CHECK_THROWS_WITH_AS(resident_checkpoints(views, backend, {}, {{dtype::i8}, true}),
                         "the output's type cannot be I8: only F64, F32, F16 and BF16 hold a weighted sum",
                         input_error);
}

TEST_CASE("tensors are tied where every checkpoint has the same bytes in both") {
    const std::vector<float> one = {1, 2}, two = {3, 4}, copy = two;
    const auto view = [](const std::vector<float>& values) {
        return parameter_view{{reinterpret_cast<const std::byte*>(values.data()), 2, dtype::f32}, {2}};
    };
    const std::vector<std::map<std::string, parameter_view>> inputs = {
        {{"embed", view(one)}, {"head", view(one)}, {"other", view(one)}},
        {{"embed", view(two)}, {"head", view(copy)}, {"other", view(one)}}};
    const resident_checkpoints resident(inputs, xtensor_backend{});
    CHECK(resident.are_tied("embed", "head"));
    CHECK_FALSE(resident.are_tied("embed", "other"));
    CHECK_THROWS_WITH_AS(resident.are_tied("embed", "tail"), "the checkpoints have no tensor \"tail\"", input_error);
}
