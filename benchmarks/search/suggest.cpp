// SPDX-License-Identifier: Apache-2.0
// What a suggestion costs: the variants of examples/compare_variants.cpp after n trials in six dimensions.
//   bench_suggest --benchmark_filter=matern52
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/compare/first_points.hpp>
#include <bouillon/compare/problems/bbob.hpp>
#include <bouillon/compare/variants.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/search/bayesian_search.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <tuple>

using namespace bouillon;

namespace {

/// A confidence bound that looks far at first and close to the best later.
struct cooling_bound {
    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        return mean + 3 / (1 + 0.2 * static_cast<double>(state.trial)) * deviation;
    }
};

/// Fits and suggests after n trials of BBOB f8, of which all but the last are random: so the fit begins where that of
/// n - 1 trials ended, as in a search.
template <class Variant>
void suggest(benchmark::State& state, const Variant& variant) {
    const detail::single_threaded_blas guard;
    const auto n = static_cast<std::size_t>(state.range(0));
    const objective<box> valley = bbob(8, 6);
    random_engine engine = make_engine(1);
    search_options options = variant.options;
    options.budget = n + 1;
    options.initial_trials = n - 1;
    bayesian_search search(designed<box>{valley.space, first_points(valley.space, n - 1, engine)}, options,
                           variant.acquisition, variant.kernel);
    for (std::size_t i = 0; i < n; ++i) {
        const trial next = search.suggest();
        search.observe(next, valley.value(next.point), 0);
    }
    for (auto _ : state) {
        state.PauseTiming();
        auto same = search;
        state.ResumeTiming();
        benchmark::DoNotOptimize(same.suggest());
    }
}

template <class Variant>
void enter(const Variant& variant) {
    benchmark::RegisterBenchmark(("suggest/" + variant.name()).c_str(), suggest<Variant>, variant)
        ->Arg(20)
        ->Arg(50)
        ->Arg(100)
        ->Arg(300)
        ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
    const auto compared =
        all_pairs(std::tuple{matern32{}, matern52{}, squared_exponential{}},
                  std::tuple{log_expected_improvement{}, thompson_sampling{}, upper_confidence_bound{}}) +
        variants{search_variant<cooling_bound, matern52>{"cooling_bound, matern52"}};
    std::apply([](const auto&... variant) { (enter(variant), ...); }, compared.each);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
