// SPDX-License-Identifier: Apache-2.0
// A tensor backend of one's own: tensors as plain vectors. Whatever merges on a backend then merges on this one.
#include <bouillon/core/error.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/testing/backend.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

struct vector_backend {
    struct tensor {
        std::vector<std::byte> bytes;
        bouillon::dtype stored = bouillon::dtype::f32;

        std::size_t size() const { return 8 * bytes.size() / bouillon::bits(stored); }
        bouillon::dtype type() const { return stored; }
    };

    tensor allocate(std::size_t elements, bouillon::dtype type) const {
        return {std::vector<std::byte>((elements * bouillon::bits(type) + 7) / 8), type};
    }
    tensor upload(std::span<const std::byte> host, bouillon::dtype type) const {
        return {{host.begin(), host.end()}, type};
    }
    void download(const tensor& stored, std::span<std::byte> host) const {
        if (host.size() != stored.bytes.size()) throw bouillon::input_error("download: the sizes differ");
        std::copy(stored.bytes.begin(), stored.bytes.end(), host.begin());
    }
    void weighted_sum(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                      tensor& output) const {
        std::vector<bouillon::tensor_view> views;  // (inputs)
        for (const tensor* input : inputs) views.push_back({input->bytes.data(), input->size(), input->stored});
        bouillon::weighted_sum(views, coefficients, {output.bytes.data(), output.size(), output.stored});
    }
};
static_assert(bouillon::tensor_backend<vector_backend>);

int main() {
    const auto broken = bouillon::to_lines(bouillon::backend_violations(vector_backend{}));
    if (!broken.empty()) {
        std::fputs(broken.c_str(), stderr);
        return 1;
    }
    const std::vector<float> older = {1, 2, 3}, newer = {3, 2, 5};
    const auto held = [](const std::vector<float>& values) {
        const auto* data = reinterpret_cast<const std::byte*>(values.data());
        return bouillon::parameter_view{{data, values.size(), bouillon::dtype::f32}, {values.size()}};
    };
    const bouillon::resident_checkpoints checkpoints({{{"weight", held(older)}}, {{"weight", held(newer)}}},
                                                     vector_backend{});
    const auto merged = checkpoints.merge(std::vector{0.25, 0.75});
    std::vector<float> values(3);
    vector_backend{}.download(merged.at("weight").tensor, std::as_writable_bytes(std::span(values)));
    for (const float value : values) std::printf("%g ", static_cast<double>(value));
    std::putchar('\n');
}
