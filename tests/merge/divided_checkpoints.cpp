// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/divided_checkpoints.hpp>

#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "checkpoint/files.hpp"
#include <process/thread_processes.hpp>
#include <tensor/device_on_host.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <random>

using namespace bouillon;

namespace {

/// Three checkpoints of tensors that are alike in all, in two, in their first half only, and in none.
class three_checkpoints {
 public:
    three_checkpoints() {
        std::mt19937 engine(3);
        std::vector<float> all(200), pair(200);
        for (auto* values : {&all, &pair}) fill(*values, engine);
        for (int k = 0; k < 3; ++k) {
            std::vector<float> own(1000), half = all;
            fill(own, engine);
            for (std::size_t i = 150; i < half.size(); ++i) half[i] = own[i];
            files_.push_back(directory_ / (std::to_string(k) + ".safetensors"));
            test::write_tensors(files_.back(), {{{"all", dtype::f32, {200}}, test::stored(all)},
                                                {{"half", dtype::f32, {200}}, test::stored(half)},
                                                {{"ids", dtype::i64, {2}}, test::stored<std::int64_t>({3, 4})},
                                                {{"own", dtype::f32, {10, 100}}, test::stored(own)},
                                                {{"pair", dtype::f32, {200}}, test::stored(k == 1 ? half : pair)}});
        }
    }
    const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
    static void fill(std::vector<float>& values, std::mt19937& engine) {
        for (float& value : values) value = std::uniform_real_distribution<float>(-1, 1)(engine);
    }

    test::temporary_directory directory_;
    std::vector<std::filesystem::path> files_;
};

template <class Backend>
void check_same(const Backend& backend, const parameters<Backend>& merged, const parameters<xtensor_backend>& whole) {
    REQUIRE(merged.size() == whole.size());
    for (const auto& [name, one] : whole) {
        const auto& other = merged.find(name)->second;
        CHECK(other.shape == one.shape);
        CHECK(other.tensor.type() == one.tensor.type());
        CHECK_MESSAGE(detail::download(backend, other.tensor) == detail::download(xtensor_backend{}, one.tensor), name);
    }
}

template <class Backend, class Host>
void check_merges(const checkpoint_set& checkpoints, const Backend& backend, checkpoint_place place,
                  std::size_t processes, std::size_t batch) {
    const auto resident = make_resident(checkpoints, xtensor_backend{});
    const tensor_groups alike;
    in_processes(processes, [&](const thread_processes& group) {
        divided_checkpoints<thread_processes, Backend, Host> divided(group, checkpoints, backend, place, alike, Host(),
                                                                     batch);
        parameters<Backend> merged;
        for (const auto& weights : {std::vector{0.2, 0.3, 0.5}, {0.0, 0.5, 0.5}, {0.3, 0.3, 0.3}, {0.0, 0.0, 1.0}}) {
            divided.merge_into(weights, merged);
            check_same(backend, merged, resident.merge(weights));
        }
    });
}

}  // namespace

TEST_CASE("a merge of shares is the merge of the whole, wherever the shares are and however many") {
    const three_checkpoints run;
    const auto checkpoints = open_checkpoints(run.files());
    using host = xtensor_backend;
    using device = thrust_backend<device_on_host>;
    for (const std::size_t processes : {1, 2, 3, 7})
        for (const auto place : {checkpoint_place::host, checkpoint_place::disk}) {
            check_merges<host, host>(checkpoints, host{}, place, processes, 1 << 20);
            check_merges<host, host>(checkpoints, host{}, place, processes, 1000);
            check_merges<device, host>(checkpoints, device(), place, processes, 1000);
        }
    check_merges<device, host>(checkpoints, device(), checkpoint_place::device, 3, 1000);
}

TEST_CASE("a process receives of a merge what it does not have") {
    const three_checkpoints run;
    const auto checkpoints = open_checkpoints(run.files());
    const tensor_groups alike;
    for (const std::size_t processes : {2, 4})
        in_processes(processes, [&](const thread_processes& group) {
            divided_checkpoints<thread_processes, xtensor_backend> divided(group, checkpoints, xtensor_backend{},
                                                                           checkpoint_place::host, alike);
            parameters<xtensor_backend> merged;
            const auto before = group.traffic().received;
            divided.merge_into(std::vector{0.2, 0.3, 0.5}, merged);
            std::size_t model = 0, own = 0;  // bytes
            for (const auto& tensor : checkpoints.tensors()) {
                const auto share = detail::share_of_elements(tensor.elements(), group.rank(), processes);
                model += detail::storage_bytes(tensor.elements(), tensor.type);
                own += detail::storage_bytes(share.count, tensor.type);
            }
            CHECK(group.traffic().received - before == model - own);
        });
}

TEST_CASE("all processes put their shares where each of them can") {
    in_processes(3, [](const thread_processes& group) {
        const auto place = group.rank() == 1 ? checkpoint_place::disk : checkpoint_place::host;
        CHECK(agreed_place(group, place) == checkpoint_place::disk);
    });
}
