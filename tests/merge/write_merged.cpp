// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/write_merged.hpp>

#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/process/any_processes.hpp>

#include <process/thread_processes.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <limits>
#include <random>
#include <sys/resource.h>
#include <sys/wait.h>

using namespace bouillon;

namespace {

using paths = std::vector<std::filesystem::path>;
using weights = std::vector<double>;

std::vector<std::string> names(const std::filesystem::path& directory) {
    std::vector<std::string> found;
    for (const auto& item : detail::list_directory(directory)) found.push_back(item.path().filename().string());
    return found;
}

/// One file with the float32 tensor "x".
std::filesystem::path write_floats(const std::filesystem::path& path, const std::vector<float>& values) {
    test::write_tensors(path, {{{"x", dtype::f32, {values.size()}}, test::stored(values)}});
    return path;
}

std::vector<float> read_floats(const std::filesystem::path& path) {
    const safetensors_file file(path);
    REQUIRE(file.find("x"));
    REQUIRE(file.find("x")->type == dtype::f32);
    return test::loaded<float>(test::bytes_of(file, *file.find("x")));
}

std::vector<float> merge_floats(const std::vector<std::vector<float>>& inputs, const weights& merge_weights) {
    const test::temporary_directory directory;
    paths files;
    for (const auto& values : inputs)
        files.push_back(write_floats(directory / (std::to_string(files.size()) + ".safetensors"), values));
    write_merged(open_checkpoints(files), merge_weights, directory / "out.safetensors");
    return read_floats(directory / "out.safetensors");
}

/// A checkpoint's directory of a small "model" with side files, filled from a seed.
std::filesystem::path write_model(const std::filesystem::path& path, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::uint16_t> half(600);
    for (auto& value : half) value = float_to_bf16(static_cast<float>(random()) / 4e9f - 0.5f);
    std::vector<float> single(7);
    for (auto& value : single) value = static_cast<float>(random()) / 4e9f;
    test::write_tensors(path / "model.safetensors",
                        {{{"embed", dtype::bf16, {20, 30}}, test::stored(half)},
                         {{"norm", dtype::f32, {7}}, test::stored(single)},
                         {{"positions", dtype::i64, {2}}, test::stored(std::vector<std::int64_t>{0, 1})}});
    test::write_text(path / "config.json", R"({"model_type": "llama", "torch_dtype": "bfloat16"})");
    test::write_text(path / "tokenizer.json", "tokens of " + std::to_string(seed));
    test::write_text(path / "optimizer.pt", "moments");
    return path;
}

}  // namespace

TEST_CASE("every float type is summed as float64 would within its own rounding") {
    const test::temporary_directory directory;
    std::mt19937 random(1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    constexpr std::size_t size = 1001;
    const weights merge_weights{0.7, -0.2, 0.5};
    std::vector<double> sum64(size), sum32(size), sum16(size), sum_brain(size);
    paths files;
    for (const double weight : merge_weights) {
        std::vector<double> f64(size);
        std::vector<float> f32(size);
        std::vector<std::uint16_t> f16(size), bf16(size);
        for (std::size_t i = 0; i < size; ++i) {
            f64[i] = uniform(random);
            f32[i] = static_cast<float>(f64[i]);
            f16[i] = float_to_f16(f32[i]);
            bf16[i] = float_to_bf16(f32[i]);
            sum64[i] += weight * f64[i];
            sum32[i] += weight * double{f32[i]};
            sum16[i] += weight * double{f16_to_float(f16[i])};
            sum_brain[i] += weight * double{bf16_to_float(bf16[i])};
        }
        files.push_back(directory / (std::to_string(files.size()) + ".safetensors"));
        test::write_tensors(files.back(), {{{"a_f16", dtype::f16, {size}}, test::stored(f16)},
                                           {{"b_f64", dtype::f64, {size}}, test::stored(f64)},
                                           {{"c_bf16", dtype::bf16, {size}}, test::stored(bf16)},
                                           {{"d_f32", dtype::f32, {7, 143}}, test::stored(f32)}});
    }
    write_merged(open_checkpoints(files), merge_weights, directory / "out.safetensors");
    const safetensors_file out(directory / "out.safetensors");
    const auto f64 = test::loaded<double>(test::bytes_of(out, *out.find("b_f64")));
    const auto f32 = test::loaded<float>(test::bytes_of(out, *out.find("d_f32")));
    const auto f16 = test::loaded<std::uint16_t>(test::bytes_of(out, *out.find("a_f16")));
    const auto bf16 = test::loaded<std::uint16_t>(test::bytes_of(out, *out.find("c_bf16")));
    CHECK(out.find("d_f32")->shape == std::vector<std::size_t>{7, 143});
    // Half a unit in the last place of the type, at most 1 in size here, and the float32 sum's own error.
    for (std::size_t i = 0; i < size; ++i) {
        CHECK(std::abs(f64[i] - sum64[i]) < 1e-15);
        CHECK(std::abs(double{f32[i]} - sum32[i]) < 3e-7);
        CHECK(std::abs(double{f16_to_float(f16[i])} - sum16[i]) < std::abs(sum16[i]) * 0x1p-11 + 3e-7);
        CHECK(std::abs(double{bf16_to_float(bf16[i])} - sum_brain[i]) < std::abs(sum_brain[i]) * 0x1p-8 + 3e-7);
    }
}

TEST_CASE("merge weights are never normalised") {
    CHECK(merge_floats({{1, 2}, {4, 8}}, {1, 1}) == std::vector<float>{5, 10});
    CHECK(merge_floats({{1, 2}, {4, 8}}, {-0.5, 0.25}) == std::vector<float>{0.5f, 1});
}

TEST_CASE("a checkpoint of weight 0 is absent whatever it holds") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(merge_floats({{nan, 1}, {1, 2}, {3, 4}}, {0, 0.5, 0.5}) == merge_floats({{1, 2}, {3, 4}}, {0.5, 0.5}));
    CHECK(merge_floats({{1, 2}, {nan, nan}}, {2, 0}) == std::vector<float>{2, 4});
}

TEST_CASE("a weight of 1 reproduces its checkpoint bit by bit") {
    const test::temporary_directory directory;
    const std::vector<std::uint32_t> bits{0x80000000, 0x7fa00001, 0xff800000, 1};  // -0, a signalling NaN, -inf, tiny
    test::write_tensors(directory / "a.safetensors", {{{"x", dtype::f32, {4}}, test::stored(bits)}});
    const paths files{directory / "a.safetensors", write_floats(directory / "b.safetensors", {1, 2, 3, 4})};
    write_merged(open_checkpoints(files), weights{1, 0}, directory / "out.safetensors", {.allow_non_finite = true});
    const safetensors_file out(directory / "out.safetensors");
    CHECK(test::loaded<std::uint32_t>(test::bytes_of(out, *out.find("x"))) == bits);
}

TEST_CASE("a float tensor that is the same everywhere is copied when the weights sum to 1") {
    const std::vector<float> mask{-std::numeric_limits<float>::max(), 0.1f, -0.0f};
    const auto copied = merge_floats({mask, mask, mask}, {0.1, 0.2, 0.7});
    CHECK(test::stored(copied) == test::stored(mask));
    CHECK(merge_floats({{3}, {3}}, {1, 1}) == std::vector<float>{6});
    CHECK(merge_floats({{3}, {3}}, {0.5, 0.5 + 1e-9}) == std::vector<float>{3});  // summed: the same but for rounding
}

TEST_CASE("a tensor that cannot be summed is copied when it is the same and refused when not") {
    const test::temporary_directory directory;
    const auto write = [&](const char* name, const std::string& bytes) {
        test::write_tensors(directory / name, {{{"flags", dtype::boolean, {2}}, bytes}});
        return directory / name;
    };
    const paths same{write("1.safetensors", "\1\1"), write("2.safetensors", "\1\1")};
    write_merged(open_checkpoints(same), weights{3, 4}, directory / "out.safetensors");
    const safetensors_file out(directory / "out.safetensors");
    CHECK(test::as_text(test::bytes_of(out, *out.find("flags"))) == "\1\1");

    const paths different{same[0], write("3.safetensors", std::string("\0\1", 2))};
    const auto message = test::message_of<input_error>([&] {
        write_merged(open_checkpoints(different), weights{0.5, 0.5}, directory / "no.safetensors");
    });
    CHECK(message == different[1].string() + ": tensor \"flags\" of type BOOL cannot be summed, and it differs from " +
                         different[0].string() + "; a merge can have the newest's");
    CHECK_FALSE(exists(directory / "no.safetensors"));

    const paths first_differs{different[1], same[0], same[1]};
    write_merged(open_checkpoints(first_differs), weights{0, 0.5, 0.5}, directory / "of-two.safetensors");
    const safetensors_file of_two(directory / "of-two.safetensors");
    CHECK(test::as_text(test::bytes_of(of_two, *of_two.find("flags"))) == "\1\1");
}

TEST_CASE("an optimizer's state is merged only where it was kept, and then by the recipe too") {
    const test::temporary_directory directory;
    paths files;
    for (const float value : {1.0f, 3.0f}) {
        files.push_back(directory / std::to_string(value) / "model.safetensors");
        test::write_tensors(files.back(), {{{"optim.x", dtype::f32, {1}}, test::stored(std::vector{10 * value})},
                                           {{"x", dtype::f32, {1}}, test::stored(std::vector{value})}});
    }
    write_merged(open_checkpoints(files), weights{0.5, 0.5}, directory / "out.safetensors");
    CHECK(safetensors_file(directory / "out.safetensors").tensors().size() == 1);
    write_merged(open_checkpoints(files, {.state = optimizer_state::keep}), weights{0.5, 0.5},
                 directory / "all.safetensors");
    const safetensors_file all(directory / "all.safetensors");
    REQUIRE(all.find("optim.x"));
    CHECK(test::loaded<float>(test::bytes_of(all, *all.find("optim.x"))) == std::vector{20.0f});
    for (const char* name : {"out.safetensors", "all.safetensors"}) {
        reproduce_merge(read_recipe(directory / name), directory / "again.safetensors", {.force = true});
        CHECK(test::read_text(directory / "again.safetensors") == test::read_text(directory / name));
    }
}

TEST_CASE("a checkpoint of weight 0 leaves no trace in the output") {
    const test::temporary_directory directory;
    const paths models{write_model(directory / "step-1", 1), write_model(directory / "step-2", 2),
                       write_model(directory / "step-3", 3)};
    write_merged(open_checkpoints(models), weights{0.5, 0.5, 0}, directory / "with");
    write_merged(open_checkpoints(std::span(models).first(2)), weights{0.5, 0.5}, directory / "without");
    CHECK(names(directory / "with") == names(directory / "without"));
    for (const auto& name : names(directory / "with"))
        CHECK(test::read_text(directory / "with" / name) == test::read_text(directory / "without" / name));

    remove_all(models[2]);
    reproduce_merge(read_recipe(directory / "with"), directory / "again");
    CHECK(test::read_text(directory / "again/model.safetensors") ==
          test::read_text(directory / "with/model.safetensors"));
}

TEST_CASE("merge weights are as many finite numbers as checkpoints and not all 0") {
    const test::temporary_directory directory;
    const paths files{write_floats(directory / "a.safetensors", {1}), write_floats(directory / "b.safetensors", {2})};
    const auto checkpoints = open_checkpoints(files);
    const auto refusal = [&](const weights& merge_weights) {
        return test::message_of<input_error>([&] { write_merged(checkpoints, merge_weights, directory / "new/out"); });
    };
    CHECK(refusal({1}) == "1 merge weights for 2 checkpoints");
    CHECK(refusal({1, 0, 0}) == "3 merge weights for 2 checkpoints");
    CHECK(refusal({0, -0.0}) == "all merge weights are 0");
    CHECK(refusal({1, std::nan("")}) == "the merge weight of " + files[1].string() + " is nan, not a finite number");
    CHECK(refusal({std::numeric_limits<double>::infinity(), 1}) ==
          "the merge weight of " + files[0].string() + " is inf, not a finite number");
    CHECK_FALSE(exists(directory / "new"));
}

TEST_CASE("a directory is written with the newest checkpoint's side files") {
    const test::temporary_directory directory;
    const paths models{write_model(directory / "step-1", 1), write_model(directory / "step-2", 2)};
    write_merged(open_checkpoints(models), weights{0.25, 0.75}, directory / "out");
    CHECK(names(directory / "out") ==
          std::vector<std::string>{"bouillon-recipe.json", "config.json", "model.safetensors", "tokenizer.json"});
    CHECK(test::read_text(directory / "out/config.json") == test::read_text(directory / "step-2/config.json"));
    CHECK(test::read_text(directory / "out/tokenizer.json") == "tokens of 2");
    const paths all{directory / "step-1", directory / "step-2", directory / "out"};
    CHECK(open_checkpoints(all).tensors().size() == 3);  // of the same names, shapes and types
}

TEST_CASE("shards become one file without an index") {
    const test::temporary_directory directory;
    write_floats(directory / "run/model-00001-of-00001.safetensors", {1, 2});
    test::write_text(directory / "run/model.safetensors.index.json",
                     R"({"weight_map":{"x":"model-00001-of-00001.safetensors"}})");
    const paths files{directory / "run"};
    write_merged(open_checkpoints(files), weights{2}, directory / "out");
    CHECK(names(directory / "out") == std::vector<std::string>{"bouillon-recipe.json", "model.safetensors"});
    CHECK(read_floats(directory / "out/model.safetensors") == std::vector<float>{2, 4});
}

TEST_CASE("a merge is the same in shards and in one file") {
    const test::temporary_directory directory;
    const paths models{write_model(directory / "step-1", 1), write_model(directory / "step-2", 2)};
    const auto checkpoints = open_checkpoints(models);
    write_merged(checkpoints, weights{0.25, 0.75}, directory / "one");
    write_merged(checkpoints, weights{0.25, 0.75}, directory / "two", {.shard_size = 1'210});  // embed 1200, norm 28
    CHECK(names(directory / "two") == std::vector<std::string>{"bouillon-recipe.json", "config.json",
                                                               "model-00001-of-00002.safetensors",
                                                               "model-00002-of-00002.safetensors",
                                                               "model.safetensors.index.json", "tokenizer.json"});
    const auto index = nlohmann::json::parse(test::read_text(directory / "two/model.safetensors.index.json"));
    CHECK(index == nlohmann::json::parse(R"({"metadata":{"total_size":1244},"weight_map":{
        "embed":"model-00001-of-00002.safetensors","norm":"model-00002-of-00002.safetensors",
        "positions":"model-00002-of-00002.safetensors"}})"));
    const checkpoint one(directory / "one"), two(directory / "two");
    CHECK(one.tensors() == two.tensors());
    for (std::size_t i = 0; i < one.tensors().size(); ++i)
        CHECK(test::as_text(test::bytes_of(one, i)) == test::as_text(test::bytes_of(two, i)));
    CHECK(safetensors_file(two.file(2)).metadata() == safetensors_file(one.file(2)).metadata());

    write_merged(checkpoints, weights{0.25, 0.75}, directory / "file.safetensors", {.shard_size = 1});
    const checkpoint file(directory / "file.safetensors");
    for (std::size_t i = 0; i < one.tensors().size(); ++i)
        CHECK(test::as_text(test::bytes_of(one, i)) == test::as_text(test::bytes_of(file, i)));
}

TEST_CASE("the memory that a merge may take changes nothing of what it writes") {
    const test::temporary_directory directory;
    std::mt19937 random(3);
    paths files;
    std::vector<float> sum(40'001), sum_of_halves(70'001);
    for (const float weight : {0.5f, 0.25f}) {  // exact, and so is the sum of few bits
        std::vector<float> single(sum.size());
        std::vector<std::uint16_t> half(sum_of_halves.size());
        for (std::size_t i = 0; i < sum.size(); ++i) {
            single[i] = static_cast<float>(random() % 1024) - 512;
            sum[i] += weight * single[i];
        }
        for (std::size_t i = 0; i < half.size(); ++i) {
            half[i] = float_to_bf16(static_cast<float>(random() % 16));
            sum_of_halves[i] += weight * bf16_to_float(half[i]);
        }
        files.push_back(directory / (std::to_string(files.size()) + ".safetensors"));
        test::write_tensors(files.back(), {{{"bytes", dtype::u8, {9'999}}, std::string(9'999, '\7')},
                                           {{"half", dtype::bf16, {half.size()}}, test::stored(half)},
                                           {{"tiny", dtype::f32, {1}}, test::stored(std::vector<float>{1})},
                                           {{"x", dtype::f32, {sum.size()}}, test::stored(single)}});
    }
    const auto checkpoints = open_checkpoints(files);
    for (const std::size_t memory : {8'192, 20'000, 100'000, 1'000'000}) {
        const auto path = directory / ("out" + std::to_string(memory) + ".safetensors");
        write_merged(checkpoints, weights{0.5, 0.25}, path, {.memory = memory});
        const safetensors_file out(path);
        CHECK(read_floats(path) == sum);
        const auto halves = test::loaded<std::uint16_t>(test::bytes_of(out, *out.find("half")));
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < halves.size(); ++i) wrong += halves[i] != float_to_bf16(sum_of_halves[i]);
        CHECK(wrong == 0);
        CHECK(test::loaded<float>(test::bytes_of(out, *out.find("tiny"))) == std::vector<float>{0.75f});
        CHECK(test::as_text(test::bytes_of(out, *out.find("bytes"))) == std::string(9'999, '\7'));
    }
    CHECK_THROWS_WITH_AS(write_merged(checkpoints, weights{0.5, 0.25}, directory / "no.safetensors", {.memory = 8'191}),
                         "the memory limit of 8191 bytes is too small: a merge of 2 checkpoints needs 8192",
                         input_error);
}

TEST_CASE("an input that is NaN or infinite is refused with its file, its tensor and the element") {
    const test::temporary_directory directory;
    const float infinity = std::numeric_limits<float>::infinity();
    const auto merge = [&](const std::vector<float>& b, const weights& merge_weights, bool allow) {
        std::filesystem::remove(directory / "b.safetensors");
        const paths files{directory / "a.safetensors", write_floats(directory / "b.safetensors", b)};
        write_merged(open_checkpoints(files), merge_weights, directory / "out.safetensors",
                     {.force = true, .allow_non_finite = allow});
        return read_floats(directory / "out.safetensors");
    };
    const auto refusal = [&](const std::vector<float>& b, const weights& merge_weights) {
        return test::message_of<not_finite>([&] { merge(b, merge_weights, false); });
    };
    write_floats(directory / "a.safetensors", {1, 2, infinity});
    CHECK(refusal({1, 2, -infinity}, {0.5, 0.5}) ==
          (directory / "a.safetensors").string() + ": tensor \"x\" has inf at element 2");
    CHECK(refusal({1, infinity, -infinity}, {0, 1}) ==
          (directory / "b.safetensors").string() + ": tensor \"x\" has inf at element 1");
    CHECK(refusal({1, 2, infinity}, {0.5, 0.5}) ==  // copied, because it is the same in both
          (directory / "a.safetensors").string() + ": tensor \"x\" has inf at element 2");
    CHECK(refusal({1, 2e38f, 0}, {0, 2}) ==
          (directory / "b.safetensors").string() + ": tensor \"x\" leads to the weighted sum " +
              to_string(2.0 * double{2e38f}) + " at element 1, beyond the range of F32");
    CHECK_FALSE(exists(directory / "out.safetensors"));

    CHECK(merge({0, 0, 0}, {0, 1}, false) == std::vector<float>{0, 0, 0});  // of weight 0, so not looked at
    CHECK(merge({3, 2, 1}, {0.5, 0.5}, true) == std::vector<float>{2, 2, infinity});
}

TEST_CASE("an input that changes before it was read is refused and nothing is written") {
    const test::temporary_directory directory;
    const paths files{write_floats(directory / "a.safetensors", std::vector<float>(10'000, 1.0f)),
                      write_floats(directory / "b.safetensors", std::vector<float>(10'000, 2.0f))};
    const auto checkpoints = open_checkpoints(files);
    const auto size = file_size(files[1]);
    std::filesystem::resize_file(files[1], size - 4'096);
    CHECK(test::message_of<input_error>([&] {
              write_merged(checkpoints, weights{1, 1}, directory / "out");
          }) == files[1].string() + ": changed while tensor \"x\" was read (" + std::to_string(size - 4'096) +
                    " bytes now, " + std::to_string(size) + " when it was opened)");
    CHECK(names(directory.path()) == std::vector<std::string>{"a.safetensors", "b.safetensors"});
}

TEST_CASE("a merge that is killed halfway leaves nothing at its target") {
    const test::temporary_directory directory;
    const paths files{write_floats(directory / "a.safetensors", std::vector<float>(1 << 22, 1.0f)),
                      write_floats(directory / "b.safetensors", std::vector<float>(1 << 22, 2.0f))};
    const auto checkpoints = open_checkpoints(files);
    int status = 0;
    for (int attempt = 0; attempt < 20 && !WIFSIGNALED(status); ++attempt) {  // until one does not end before its kill
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            write_merged(checkpoints, weights{0.5, 0.25}, directory / "out", {.memory = 20'000});
            ::_exit(0);
        }
        const auto partial = directory / (".bouillon-partial-out-" + std::to_string(child) + "-0/model.safetensors");
        while (::waitpid(child, &status, WNOHANG) == 0)
            if (exists(partial)) ::kill(child, SIGKILL);
        if (WIFSIGNALED(status)) CHECK_FALSE(exists(directory / "out"));
        remove_all(directory / "out");
    }
    CHECK(WIFSIGNALED(status));
    CHECK(names(directory.path()).size() == 3);  // and what the kill left
    write_merged(checkpoints, weights{0.5, 0.25}, directory / "out");
    CHECK(names(directory.path()) == std::vector<std::string>{"a.safetensors", "b.safetensors", "out"});
}

TEST_CASE("a merge that is told to stop ends and leaves nothing") {
    const test::temporary_directory directory;
    const paths files{write_floats(directory / "a.safetensors", {1}), write_floats(directory / "b.safetensors", {2})};
    const std::atomic<bool> stop{true};
    CHECK_THROWS_WITH_AS(
        write_merged(open_checkpoints(files), weights{0.5, 0.5}, directory / "new/out", {.stop = &stop}),
        "the merge was told to stop", work_error);
    CHECK(names(directory.path()) == std::vector<std::string>{"a.safetensors", "b.safetensors"});
}

TEST_CASE("the file says where it comes from and is the same for the same merge") {
    const test::temporary_directory directory;
    const paths models{write_model(directory / "step-1", 1), write_model(directory / "step-2", 2)};
    const auto checkpoints = open_checkpoints(models);
    for (const std::size_t threads : {1, 2, 3})
        write_merged(checkpoints, weights{0.1, 0.9}, directory / (std::to_string(threads) + ".safetensors"),
                     {.provenance = {{"note", "a test"}}, .threads = threads});
    const safetensors_file out(directory / "1.safetensors");
    CHECK(out.metadata() ==
          std::map<std::string, std::string>{{"bouillon.checkpoints", R"(["step-1","step-2"])"},
                                             {"bouillon.merge_weights", "[0.1,0.9]"},
                                             {"bouillon.recipe", out.metadata().at("bouillon.recipe")},
                                             {"format", "pt"},
                                             {"note", "a test"}});
    CHECK(test::read_text(directory / "1.safetensors") == test::read_text(directory / "2.safetensors"));
    CHECK(test::read_text(directory / "1.safetensors") == test::read_text(directory / "3.safetensors"));
}

TEST_CASE("another type is that of all float tensors and of the configuration") {
    const test::temporary_directory directory;
    const paths models{write_model(directory / "step-1", 1), write_model(directory / "step-2", 2)};
    write_merged(open_checkpoints(models, {.types = {dtype::f16, {}}}), weights{0.5, 0.5}, directory / "out");
    const checkpoint out(directory / "out");
    CHECK(out.tensors()[0] == checkpoint_tensor{"embed", dtype::f16, {20, 30}});
    CHECK(out.tensors()[1] == checkpoint_tensor{"norm", dtype::f16, {7}});
    CHECK(out.tensors()[2] == checkpoint_tensor{"positions", dtype::i64, {2}});
    CHECK(test::read_text(directory / "out/config.json") == R"({"model_type": "llama", "torch_dtype": "float16"})");
    CHECK_THROWS_WITH_AS(open_checkpoints(models, {.types = {dtype::i8, {}}}),
                         "the output's type cannot be I8: only F64, F32, F16 and BF16 hold a weighted sum",
                         input_error);
}

TEST_CASE("a tensor that is the same everywhere is converted with one rounding") {
    const test::temporary_directory directory;
    const paths files{write_floats(directory / "a.safetensors", {0.1f}),
                      write_floats(directory / "b.safetensors", {0.1f})};
    write_merged(open_checkpoints(files, {.types = {dtype::bf16, {}}}), weights{0.3, 0.7},
                 directory / "out.safetensors");
    const safetensors_file out(directory / "out.safetensors");
    CHECK(test::loaded<std::uint16_t>(test::bytes_of(out, *out.find("x"))) ==
          std::vector<std::uint16_t>{float_to_bf16(0.1f)});
}

TEST_CASE("an output that exists is refused and with force replaced even when it is an input") {
    const test::temporary_directory directory;
    const paths models{write_model(directory / "step-1", 1), write_model(directory / "step-2", 2)};
    const auto before = test::read_text(directory / "step-2/model.safetensors");
    const auto checkpoints = open_checkpoints(models);
    CHECK_THROWS_AS(write_merged(checkpoints, weights{0.5, 0.5}, directory / "step-2"), input_error);
    CHECK(test::read_text(directory / "step-2/model.safetensors") == before);

    write_merged(checkpoints, weights{0.5, 0.5}, directory / "expected");
    write_merged(checkpoints, weights{0.5, 0.5}, directory / "step-2", {.force = true});
    CHECK(test::read_text(directory / "step-2/model.safetensors") ==
          test::read_text(directory / "expected/model.safetensors"));
    CHECK(names(directory / "step-2") == names(directory / "expected"));
    CHECK(names(directory.path()) == std::vector<std::string>{"expected", "step-1", "step-2"});
}

TEST_CASE("a merge that cannot be written leaves the target as it was and nothing else") {
    const test::temporary_directory directory;
    const paths files{write_floats(directory / "a.safetensors", std::vector<float>(10'000, 1.0f)),
                      write_floats(directory / "b.safetensors", std::vector<float>(10'000, 2.0f))};
    write_floats(directory / "out.safetensors", {7});
    const auto checkpoints = open_checkpoints(files);

    // A limit on the size of files stands for the full disk.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{4096, before.rlim_max};
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto message = test::message_of<work_error>([&] {
        write_merged(checkpoints, weights{0.5, 0.5}, directory / "out.safetensors", {.force = true});
    });
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, old_handler);

    CHECK(message.ends_with("File too large"));
    CHECK(read_floats(directory / "out.safetensors") == std::vector<float>{7});
    CHECK(names(directory.path()) == std::vector<std::string>{"a.safetensors", "b.safetensors", "out.safetensors"});
}

TEST_CASE("a tensor without elements is merged") { CHECK(merge_floats({{}, {}}, {0.5, 0.25}).empty()); }

TEST_CASE("a trajectory that PyTorch trained is merged into a checkpoint of its own kind") {
    const std::filesystem::path run = BOUILLON_EXAMPLE_DATA;
    const test::temporary_directory directory;
    const paths models{run / "step-02280", run / "step-02400"};
    write_merged(open_checkpoints(models), weights{0.5, 0.5}, directory / "out");
    const paths all{models[0], models[1], directory / "out"};
    const auto checkpoints = open_checkpoints(all);
    for (std::size_t i = 0; i < checkpoints.tensors().size(); ++i) {
        const auto a = test::loaded<std::uint16_t>(test::bytes_of(checkpoints[0], i));
        const auto b = test::loaded<std::uint16_t>(test::bytes_of(checkpoints[1], i));
        const auto merged = test::loaded<std::uint16_t>(test::bytes_of(checkpoints[2], i));
        std::size_t wrong = 0;  // halves are exact in float32, so there is one right answer
        for (std::size_t j = 0; j < a.size(); ++j)
            wrong += merged[j] != float_to_bf16(0.5f * bf16_to_float(a[j]) + 0.5f * bf16_to_float(b[j]));
        CHECK(wrong == 0);
    }
}

TEST_CASE("masks and frequencies of an old export go into no merge, whatever they hold") {
    const test::temporary_directory directory;
    const std::string layer = "gpt_neox.layers.0.attention.", minus_infinity("\0\xfc", 2);
    std::vector<std::filesystem::path> models;
    for (const float value : {1.0f, 3.0f}) {
        std::vector<test::stored_tensor> tensors{
            {{layer + "dense.weight", dtype::f32, {1}}, test::stored(std::vector<float>{value})}};
        if (models.empty()) {
            tensors.push_back({{layer + "bias", dtype::boolean, {1, 1, 1, 1}}, "\1"});
            tensors.push_back({{layer + "masked_bias", dtype::f16, {}}, minus_infinity});
        }
        models.push_back(directory / std::to_string(models.size()));
        test::write_tensors(models.back() / "model.safetensors", tensors);
    }
    write_merged(open_checkpoints(models), weights{0.5, 0.5}, directory / "out");
    const checkpoint merged(directory / "out");
    REQUIRE(merged.tensors().size() == 1);
    CHECK(test::loaded<float>(test::bytes_of(merged, 0)) == std::vector<float>{2});
}

TEST_CASE("a prefix that was taken off and a configuration that was given are the recipe's too") {
    const test::temporary_directory directory;
    paths files;
    for (const float value : {1.0f, 3.0f}) {
        files.push_back(directory / std::to_string(value) / "model.safetensors");
        test::write_tensors(files.back(), {{{"module.x", dtype::f32, {1}}, test::stored(std::vector{value})}});
    }
    const auto config = directory / "given.json";
    test::write_text(config, R"({"model_type": "llama",  "torch_dtype": "float32"})");
    for (const auto type : {std::optional<dtype>(), std::optional(dtype::bf16)}) {
        const set_options options{.types = {type, {}}, .prefixes = {"module."}, .config = config};
        write_merged(open_checkpoints(files, options), weights{0.5, 0.5}, directory / "out", {.force = true});
        CHECK(safetensors_file(directory / "out/model.safetensors").find("x"));
        CHECK(test::read_text(directory / "out/config.json") ==
              (type ? R"({"model_type": "llama",  "torch_dtype": "bfloat16"})" : test::read_text(config)));
        reproduce_merge(read_recipe(directory / "out"), directory / "again", {.force = true});
        for (const char* const name : {"model.safetensors", "config.json", "bouillon-recipe.json"})
            CHECK(test::read_text(directory / "again" / name) == test::read_text(directory / "out" / name));
    }
    test::write_text(config, "{}");
    CHECK(test::message_of<input_error>([&] {
              reproduce_merge(read_recipe(directory / "out"), directory / "again", {.force = true});
          }).find("config.json: has the hash ") != std::string::npos);
}

TEST_CASE("several processes write together what one writes, bit for bit") {
    const test::temporary_directory directory;
    paths inputs;
    std::mt19937 engine(5);
    for (int k = 0; k < 3; ++k) {
        std::vector<float> large(700000), small(5);
        for (auto* values : {&large, &small})
            for (float& value : *values) value = std::uniform_real_distribution<float>(-1, 1)(engine);
        inputs.push_back(directory / std::to_string(k));
        std::filesystem::create_directory(inputs.back());
        test::write_tensors(inputs.back() / "model.safetensors",
                            {{{"large", dtype::f32, {700000}}, test::stored(large)},
                             {{"other", dtype::f32, {700000}}, test::stored(large)},
                             {{"same", dtype::f32, {2}}, test::stored<float>({1, 2})},
                             {{"small", dtype::f32, {5}}, test::stored(small)}});
    }
    const auto checkpoints = open_checkpoints(inputs);
    const weights thirds = {0.2, 0.3, 0.5};
    const write_options options{.threads = 1, .memory = 1 << 20, .shard_size = 2'900'000};
    for (const char* name : {"alone", "alone.safetensors"})
        write_merged(checkpoints, thirds, directory / name, options);
    for (const std::size_t size : {2, 3, 5}) {
        in_processes(size, [&](const thread_processes& group) {
            const any_processes processes(group);
            write_options together = options;
            together.processes = &processes;
            for (const char* name : {"together", "together.safetensors"})
                write_merged(checkpoints, thirds, directory / name, together);
        });
        CHECK(test::read_text(directory / "together.safetensors") == test::read_text(directory / "alone.safetensors"));
        REQUIRE(names(directory / "together") == names(directory / "alone"));
        for (const auto& name : names(directory / "alone"))
            CHECK(test::read_text(directory / "together" / name) == test::read_text(directory / "alone" / name));
        std::filesystem::remove_all(directory / "together");
        std::filesystem::remove(directory / "together.safetensors");
    }
    CHECK(names(directory.path()).size() == 5);  // nothing was left behind
}
