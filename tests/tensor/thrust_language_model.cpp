// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_language_model.hpp>

#include <tensor/device_on_host.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

using model = detail::thrust_language_model<device_on_host>;

/// Numbers in a buffer of a use, and what is read back.
std::vector<float> through(const model& on, buffer_use use, const std::vector<float>& values) {
    auto buffer = on.make_buffer(values.size(), use);
    on.write(values, buffer);
    std::vector<float> read(values.size());
    on.read(buffer, read);
    return read;
}

}  // namespace

// The laws of all operations in float32 are checked in thrust_backend.cpp, whole models in either precision in
// score/decoders.cpp.

TEST_CASE("what products read is bfloat16 where the system multiplies so, and sums are float32 always") {
    const model narrow(device_on_host{{}, precision::bf16}), wide(device_on_host{});
    const std::vector<float> third = {1.0f / 3, -2};
    CHECK(through(narrow, buffer_use::sums, third) == third);
    for (const buffer_use use : {buffer_use::activation, buffer_use::matrix}) {
        CHECK(through(narrow, use, third) == std::vector<float>{0.333984375f, -2});
        CHECK(through(wide, use, third) == third);
    }
}

TEST_CASE("a linear map multiplies float32 in the type of its matrix, and adds to float32") {
    const model on(device_on_host{{}, precision::bf16});
    auto weight = on.make_buffer(2, buffer_use::matrix), x = on.make_buffer(2), sum = on.make_buffer(1);
    on.write(std::vector<float>{1, 1}, weight);
    on.write(std::vector<float>{1.0f / 3, 2}, x);
    on.write(std::vector<float>{0x1p-20f}, sum);
    on.linear(x, weight, {.rows = 1, .inputs = 2, .outputs = 1}, true, sum);
    std::vector<float> read(1);
    on.read(sum, read);
    CHECK(read[0] == 0.333984375f + 2 + 0x1p-20f);
}

TEST_CASE("the vocabulary is multiplied a block at a time") {
    const model on(device_on_host{});
    const std::size_t vocabulary = 2 * detail::logits_held + 5;
    auto hidden = on.make_buffer(2), head = on.make_buffer(vocabulary), losses = on.make_buffer(2);
    on.write(std::vector<float>(2, 0.0f), hidden);  // so that all logits are 0
    on.write(std::vector<float>(vocabulary, 1.0f), head);
    auto targets = on.make_indices(2);
    on.write(std::vector<std::int32_t>{0, static_cast<std::int32_t>(vocabulary - 1)}, targets);
    on.token_losses({hidden, head}, {.rows = 2, .width = 1, .vocabulary = vocabulary}, targets, 0, losses);
    std::vector<float> read(2);
    on.read(losses, read);
    for (const float loss : read) CHECK(loss == doctest::Approx(std::log(static_cast<double>(vocabulary))));
}
