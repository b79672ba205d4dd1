// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/optimizer_state.hpp>

#include <bouillon/checkpoint/checkpoint_set.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

using names = std::vector<std::string>;

std::filesystem::path write(const std::filesystem::path& path, const names& tensors) {
    std::vector<test::stored_tensor> stored;
    for (const auto& name : tensors) stored.push_back({{name, dtype::u8, {1}}, name.substr(name.size() - 1)});
    test::write_tensors(path, stored);
    return path;
}

names names_of(const checkpoint_set& set) {
    names found;
    for (const auto& tensor : set.tensors()) found.push_back(tensor.name);
    return found;
}

const names trained{"model.w", "optim.w.exp_avg", "optima", "optimizer.w.step", "w.optim.b"};

}  // namespace

TEST_CASE("an optimizer's state is left out of a set and counted unless it is kept") {
    const test::temporary_directory directory;
    const std::vector paths{write(directory / "1.safetensors", trained),
                            write(directory / "2.safetensors", {"model.w", "optima", "w.optim.b"})};
    const auto set = open_checkpoints(paths);
    CHECK(names_of(set) == names{"model.w", "optima", "w.optim.b"});
    CHECK(set.left_out() == left_out_values{2, 0});
    CHECK_FALSE(set.keeps_optimizer_state());
    for (const auto& item : set) CHECK(test::as_text(test::bytes_of(item, 2)) == "b");

    const auto kept = open_checkpoints(std::span(paths).first(1), {.state = optimizer_state::keep});
    CHECK(names_of(kept) == trained);
    CHECK(kept.left_out() == left_out_values{});
    CHECK(kept.keeps_optimizer_state());
}

TEST_CASE("a checkpoint of nothing but an optimizer's state is refused") {
    const test::temporary_directory directory;
    const std::vector paths{write(directory / "optim.safetensors", {"optim.w.exp_avg"})};
    CHECK(test::message_of<input_error>([&] { open_checkpoints(paths); }) ==
          paths[0].string() + ": holds nothing but the state of an optimizer");
}

TEST_CASE("the state of an optimizer and a trainer is told by how its tensors are called") {
    for (const char* name : {"optim.state.w.exp_avg", "optimizer.state.exp_avg.w", "train_state.step",
                             "lr_scheduler.last_epoch", "dataloader.dp_rank_0", "chained_0.optimizer.w"})
        CHECK(detail::is_training_state(name));
    for (const char* name : {"model.optim.w", "optimism", "embedding.weight", "trainer"})
        CHECK_FALSE(detail::is_training_state(name));
}
