// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/parameter_files.hpp>

#include <bouillon/checkpoint/checkpoint.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;
using sizes = std::vector<std::size_t>;

namespace {

/// A checkpoint's directory into which files of parameters are written as nanotron does.
class nanotron_run {
 public:
    void write(const std::string& file, const sizes& shape, const std::string& bytes,
               const std::map<std::string, std::string>& metadata = {}) {
        test::write_tensors(directory_ / ("model/" + file), {{{"data", dtype::u8, shape}, bytes}}, metadata);
    }

    void write_part(const std::string& file, const sizes& shape, const std::string& bytes, const std::string& pairs,
                    const std::string& whole = "(4, 3)") {
        write(file, shape, bytes,
              {{"version", "1.5"}, {"unsharded_shape", whole}, {"local_global_slices_pairs", pairs}});
    }

    checkpoint open() const { return checkpoint(directory_.path()); }

    std::string refusal() const {
        return test::message_of<input_error>([&] { open(); });
    }

    std::string path(const std::string& file) const { return (directory_ / ("model/" + file)).string(); }

 private:
    test::temporary_directory directory_;
};

const std::string part = "model/layer/0/model_weight_pp-rank-0-of-1_tp-rank-";

}  // namespace

TEST_CASE("a parameter is called by its path and by what its file is called") {
    CHECK(detail::parameter_name("model/decoder/0/attn/model_weight_pp-rank-0-of-2_tp-rank-1-of-4.safetensors") ==
          "model.decoder.0.attn.weight");
    CHECK(detail::parameter_name("model/norm/model_weight.safetensors") == "model.norm.weight");
    CHECK(detail::parameter_name("model_bias.safetensors") == "bias");
}

TEST_CASE("the parts of a parameter read as one, and a parameter without parts as it is") {
    nanotron_run run;
    run.write("model/norm/model_weight.safetensors", {3}, "xyz");
    run.write_part(part + "0-of-2.safetensors", {2, 3}, "abcdef", "0,2,None|0,3,None#0,2,None|0,3,None");
    run.write_part(part + "1-of-2.safetensors", {2, 3}, "ghijkl",
                   "None,None,None|None,None,None#2,4,None|None,None,None");
    const auto opened = run.open();
    CHECK(opened.tensors() == std::vector<checkpoint_tensor>{{"model.layer.0.weight", dtype::u8, {4, 3}},
                                                             {"model.norm.weight", dtype::u8, {3}}});
    CHECK(test::as_text(test::bytes_of(opened, 0)) == "abcdefghijkl");
    CHECK(test::as_text(test::bytes_of(opened, 1)) == "xyz");
}

TEST_CASE("one file may hold several slices, and slices of columns") {
    nanotron_run run;
    run.write_part(part + "0-of-2.safetensors", {2, 3}, "abcghi",
                   "0,1,None|0,3,None#0,1,None|0,3,None;1,2,None|0,3,None#2,3,None|0,3,None");
    run.write_part(part + "1-of-2.safetensors", {2, 3}, "defjkl",
                   "0,1,1|0,3,1#1,2,1|0,3,1;1,2,None|0,3,None#3,4,None|0,3,None");
    CHECK(test::as_text(test::bytes_of(run.open(), 0)) == "abcdefghijkl");
    nanotron_run columns;
    columns.write_part(
        part + "0-of-2.safetensors", {2, 4}, "ab.cef.d",
        "0,2,None|0,2,None#0,2,None|0,2,None;0,1,None|3,4,None#0,1,None|2,3,None;1,2,None|3,4,None#1,2,None|2,3,None",
        "(np.int64(2), np.int64(3))");
    CHECK(test::as_text(test::bytes_of(columns.open(), 0)) == "abcefd");
}

TEST_CASE("files of one parameter must fit together") {
    nanotron_run run;
    run.write_part(part + "0-of-2.safetensors", {2, 3}, "abcdef", "0,2,None|0,3,None#0,2,None|0,3,None");
    CHECK(run.refusal().find("has blocks of 6 elements in all, but its shape, [4, 3], needs 12") != std::string::npos);
    run.write_part(part + "1-of-2.safetensors", {2, 3}, "ghijkl", "0,2,None|0,3,None#0,2,None|0,3,None", "(5, 3)");
    CHECK(run.refusal() == run.path(part + "1-of-2.safetensors") +
                               ": is of a tensor U8 [5, 3], but U8 [4, 3] in "
                               "model_weight_pp-rank-0-of-1_tp-rank-0-of-2.safetensors");
}

TEST_CASE("slices that are none of their tensors are refused with both shapes") {
    for (const char* const pairs :
         {"", "0,2,None|0,3,None", "0,2,2|0,3,None#0,2,2|0,3,None", "0,3,None|0,3,None#0,3,None|0,3,None",
          "0,2,None#0,2,None", "0,x,None|0,3,None#0,2,None|0,3,None", "2,1,None|0,3,None#0,2,None|0,3,None"}) {
        nanotron_run run;
        run.write_part(part + "0-of-1.safetensors", {2, 3}, "abcdef", pairs);
        CHECK(run.refusal() == run.path(part + "0-of-1.safetensors") + ": has the slices " + in_quotes(pairs) +
                                   ", which are none of [2, 3] and [4, 3]");
    }
    nanotron_run run;
    run.write_part(part + "0-of-1.safetensors", {2, 3}, "abcdef", "0,2,None|0,3,None#0,1,None|0,3,None");
    CHECK(run.refusal().ends_with(", which differ in size"));
    nanotron_run no_shape;
    no_shape.write_part(part + "0-of-1.safetensors", {2, 3}, "abcdef", "", "4, 3");
    CHECK(no_shape.refusal().ends_with("has the unsharded_shape \"4, 3\" and no slices of it"));
}

TEST_CASE("a file of a parameter must have the tensor data") {
    nanotron_run run;
    run.write("model/norm/model_weight.safetensors", {3}, "xyz");
    test::write_tensors(run.path("model/other/model_weight.safetensors"), {{{"weight", dtype::u8, {1}}, "a"}});
    CHECK(run.refusal() == run.path("model/other/model_weight.safetensors") +
                               ": has no tensor \"data\", as nanotron's files of parameters do");
}

TEST_CASE("the numbers of a tuple are read however Python writes it") {
    CHECK(detail::numbers_of_tuple("(64, 128)") == sizes{64, 128});
    CHECK(detail::numbers_of_tuple("(64,)") == sizes{64});
    CHECK(detail::numbers_of_tuple("()") == sizes{});
    CHECK(detail::numbers_of_tuple("(np.int64(64), 2)") == sizes{64, 2});
    for (const char* const text : {"", "64", "(64", "(a)", "(-1)", "(np.int64(64, 2", "(6 4.5)"})
        CHECK_FALSE(detail::numbers_of_tuple(text));
}
