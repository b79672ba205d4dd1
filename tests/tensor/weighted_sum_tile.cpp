// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/weighted_sum_tile.hpp>

#include <bouillon/testing/host_tensor.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using namespace bouillon::detail;
using detail::host_tensor;

TEST_CASE("the plain tile, which runs where there is no AVX2, has the pinned bits") {
    std::mt19937 engine(1);
    for (const dtype input : detail::float_types)
        for (const dtype output : detail::float_types)
            for (const std::size_t size : {1, 127, 128, 129, 3000}) {
                std::vector<host_tensor> inputs;
                std::vector<weighted_term> terms;
                const std::vector<double> coefficients = {0.5, -0.7, 1, 0.3};
                for (std::size_t k = 0; k < 4; ++k)
                    inputs.push_back(detail::random_tensor(k == 2 ? dtype::f16 : input, size, engine));
                for (std::size_t k = 0; k < 4; ++k)
                    terms.push_back({inputs[k].data().data(), inputs[k].type, coefficients[k]});
                host_tensor sums(output, size);
                const term_sum sum{terms, sums.output()};
                if (sums_in_double(terms, output))
                    sum_plain<double>(sum, 0, size);
                else
                    sum_plain<float>(sum, 0, size);
                CHECK(detail::first_difference(sums, detail::pinned_sums(inputs, coefficients, output)) == sums.size);
            }
}

TEST_CASE("only the range asked for is written") {
    const host_tensor input(dtype::f32, 100);
    host_tensor sums(dtype::f32, 100);
    for (std::size_t i = 0; i < 100; ++i) sums.set(i, 7);
    sum_plain<float>({{{input.data().data(), dtype::f32, 1.0}}, sums.output()}, 10, 20);
    for (std::size_t i = 0; i < 100; ++i) CHECK(sums[i] == (i >= 10 && i < 20 ? 0 : 7));
}
