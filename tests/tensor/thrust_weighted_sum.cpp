// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_weighted_sum.hpp>

#include "conformance.hpp"

using namespace bouillon;
using namespace bouillon::detail;
using conformance::host_tensor;

TEST_CASE("the unrolled functors and the one for any number of terms have the same bits as the tiles") {
    std::mt19937 engine(1);
    for (const std::size_t count : {0, 1, 2, 15, 16, 17, 40}) {
        std::vector<host_tensor> inputs;
        std::vector<weighted_term> terms;
        for (std::size_t k = 0; k < count; ++k) inputs.push_back(conformance::random_tensor(dtype::bf16, 500, engine));
        for (std::size_t k = 0; k < count; ++k)
            terms.push_back({inputs[k].data().data(), dtype::bf16, 0.1 * static_cast<double>(k + 1)});
        for (const dtype type : {dtype::bf16, dtype::f64}) {
            host_tensor functors(type, 500), tiles(type, 500);
            const mutable_tensor_view to{functors.data().data(), 500, type};
            if (type == dtype::f64)
                thrust_weighted_sum<thrust_sequential, double>(terms, to);
            else
                thrust_weighted_sum<thrust_sequential, float>(terms, to);
            weighted_sum_range({terms, tiles.output()}, 0, 500);
            CHECK(functors.memory == tiles.memory);
        }
    }
}
