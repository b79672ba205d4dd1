// SPDX-License-Identifier: Apache-2.0
// A trainer merges tensors that it already holds: no files, no copies. The "model" is one parameter vector, snapshots
// of which a noisy training run left around the optimum; the loss is known in closed form, document by document.
#include <bouillon/merge/resident.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <cmath>
#include <cstdio>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

constexpr std::size_t size = 4096, snapshots = 4, documents = 32;

/// Loss of document j: the mean squared distance of its slice of the parameters from their optimum, which is 1.
std::vector<double> losses_of(std::span<const float> parameters) {
    std::vector<double> losses(documents);  // (documents)
    const std::size_t slice = size / documents;
    for (std::size_t i = 0; i < size; ++i) losses[i / slice] += std::pow(parameters[i] - 1.0, 2) / slice;
    return losses;
}

}  // namespace

int main() {
    std::mt19937 engine(1);
    std::vector<std::vector<float>> held(snapshots, std::vector<float>(size));  // (snapshots, size), the trainer's own
    for (std::size_t k = 0; k < snapshots; ++k)
        for (float& value : held[k])  // later snapshots are nearer
            value = 1.0f + static_cast<float>(static_cast<double>(engine()) / 0x1p32 - 0.5) *
                               (1.6f - 0.2f * static_cast<float>(k));

    std::vector<std::map<std::string, bouillon::parameter_view>> views;  // (snapshots)
    for (const auto& values : held)
        views.push_back(
            {{"weight", {{reinterpret_cast<const std::byte*>(values.data()), size, bouillon::dtype::f32}, {size}}}});
    const bouillon::xtensor_backend backend;
    const bouillon::resident_checkpoints resident(views, backend);

    bouillon::search_options options;
    options.budget = 20;
    options.reference_losses = losses_of(held.back());
    bouillon::bayesian_search search(bouillon::simplex{snapshots}, options);
    std::vector<float> merged(size);
    while (!search.done()) {
        const auto trial = search.suggest();
        const auto model = resident.merge(trial.merge_weights);
        backend.download(model.at("weight").tensor, std::as_writable_bytes(std::span(merged)));
        search.observe(trial, losses_of(merged));
    }
    const auto best = search.recommendation();
    std::printf("newest loss %.3f, found merge's loss %.2f\n", bouillon::mean_loss(losses_of(held.back())).mean,
                bouillon::mean_loss(losses_of(held.back())).mean + best.loss);
}
