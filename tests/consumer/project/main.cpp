// SPDX-License-Identifier: Apache-2.0
// A little of everything that a user links: a search (LAPACK), both backends, and that they agree.
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <array>
#include <span>

namespace {

template <class Backend>
std::array<float, 3> merged(double weight) {
    const std::array<float, 3> older = {1, 2, 3}, newer = {4, 5, 7};
    const Backend backend;
    const auto a = backend.upload(std::as_bytes(std::span(older)), bouillon::dtype::f32);
    const auto b = backend.upload(std::as_bytes(std::span(newer)), bouillon::dtype::f32);
    auto sum = backend.allocate(3, bouillon::dtype::f32);
    const std::array inputs = {&a, &b};
    backend.weighted_sum(inputs, std::array{1 - weight, weight}, sum);
    std::array<float, 3> result{};
    backend.download(sum, std::as_writable_bytes(std::span(result)));
    return result;
}

}  // namespace

int main() {
    bouillon::bayesian_search search(bouillon::interval{}, {.budget = 8});
    while (!search.done()) {
        const auto trial = search.suggest();
        const double x = trial.merge_weights.back();
        search.observe(trial, (x - 0.75) * (x - 0.75));
    }
    const double best = search.recommendation().merge_weights.back();
    const auto backends_agree =
        merged<bouillon::xtensor_backend>(best) == merged<bouillon::thrust_backend<bouillon::thrust_sequential>>(best);
    return best > 0.7 && best < 0.8 && backends_agree ? 0 : 1;
}
