// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/parameter_loader.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// A model whose loss for a row is a known function of what it is fed, so that the scorer alone is tested.
struct counting_model {
    using backend_type = xtensor_backend;
    using buffer = xtensor_backend::buffer;
    using batch_type = window_batch;
    struct workspace {
        std::size_t rows;
    };

    xtensor_backend lanes = xtensor_backend();
    decoder sizes = {.vocabulary = 1000, .context = 7};
    std::set<std::string> names = {"w"};

    const decoder& description() const { return sizes; }
    const xtensor_backend& backend() const { return lanes; }
    std::size_t window() const { return sizes.context; }
    std::size_t stages() const { return 2; }
    void expect(const tensor_shapes&) {}
    const std::set<std::string>& tensors_of(std::size_t) const { return names; }
    void load(std::size_t, const parameters<xtensor_backend>&) {}
    workspace make_workspace(std::size_t rows) const { return {rows}; }
    buffer make_residual(std::size_t rows) const { return buffer(rows); }
    batch_type prepare(const window_batch& batch) const { return batch; }
    /// The first stage leaves positions, the second adds what it makes of the targets.
    void run(std::size_t stage, const batch_type& batch, buffer& residual, workspace& work, std::size_t first,
             buffer& losses) const {
        REQUIRE(batch.rows() <= work.rows);
        REQUIRE(batch.rows() <= residual.size());
        for (std::size_t row = 0; row < batch.rows(); ++row)
            if (stage == 0)
                residual[row] = static_cast<float>(batch.positions[row]);
            else
                losses[first + row] = std::sqrt(static_cast<float>(batch.targets[row])) + residual[row];
    }
};

held_out_documents random_documents() {
    random_engine engine = make_engine(3, 0);
    std::vector<std::int32_t> tokens(500);
    for (auto& token : tokens) token = static_cast<std::int32_t>(uniform(engine) * 1000);
    return held_out_documents(tokens, {0, 2, 9, 17, 130, 139, 500}, "f");
}

}  // namespace

TEST_CASE("a document's loss is the mean over its targets of its windows' losses") {
    const auto documents = random_documents();
    document_scorer score(counting_model{}, {.rows = 40});
    const auto losses = score({}, documents);
    REQUIRE(losses.size() == documents.size());
    for (std::size_t d = 0; d < documents.size(); ++d) {
        double sum = 0;
        for (std::size_t i = 1; i < documents[d].size(); ++i)
            sum += std::sqrt(static_cast<double>(documents[d][i])) + static_cast<double>((i - 1) % 7);
        CHECK(losses[d] == doctest::Approx(sum / static_cast<double>(documents[d].size() - 1)).epsilon(1e-6));
    }
}

TEST_CASE("a prompt's tokens do not count in its document's loss") {
    const held_out_documents whole({10, 20, 30, 40, 50}, {0, 5}, "f");
    const held_out_documents prompted({10, 20, 30, 40, 50}, {0, 5}, "f", {.prompt_tokens = {3}});
    document_scorer score(counting_model{});
    CHECK(score({}, whole)[0] ==
          doctest::Approx((std::sqrt(20) + std::sqrt(30) + std::sqrt(40) + std::sqrt(50) + 6) / 4));
    CHECK(score({}, prompted)[0] == doctest::Approx((std::sqrt(40) + std::sqrt(50) + 5) / 2));
}

TEST_CASE("losses are the same to the last bit for any number of threads and on every call") {
    const auto documents = random_documents();
    document_scorer one(counting_model{xtensor_backend({.threads = 1})}, {.rows = 16});
    document_scorer four(counting_model{xtensor_backend({.threads = 4})}, {.rows = 16});
    const auto losses = one({}, documents);
    CHECK(four({}, documents) == losses);
    CHECK(four({}, documents) == losses);
}

TEST_CASE("losses are the same whether all documents go through a layer together or in waves, and a wave loads each") {
    const auto documents = random_documents();
    const auto losses = document_scorer(counting_model{}, {.rows = 16})({}, documents);
    for (const std::size_t wave : {1, 16, 50, 1000}) {
        document_scorer score(counting_model{}, {.rows = 16, .wave = wave});
        std::size_t brought = 0;
        const parameters<xtensor_backend> none;
        CHECK(score.score(
                  {}, documents, [&](const auto& names) -> const auto& {
                      CHECK(names.size() == 1);
                      ++brought;
                      return none;
                  }) == losses);
        CHECK((wave == 1000 ? brought == 2 : brought > 2));
    }
}

TEST_CASE("batches that are filled up change no loss") {
    const auto documents = random_documents();
    const auto losses = document_scorer(counting_model{}, {.rows = 16})({}, documents);
    for (const std::size_t rows : {3, 16, 1000})
        CHECK(document_scorer(counting_model{}, {.rows = rows, .equal_rows = true})({}, documents) == losses);
}

TEST_CASE("the three documents of a race's first stage are enough batches for four threads") {
    const held_out_documents three(std::vector<std::int32_t>(3 * 1025, 1), {0, 1025, 2050, 3075}, "f");
    const auto batches = cut_windows(three, 128, document_scorer_options{}.rows);
    CHECK(batches.size() % 4 == 0);
    for (const auto& batch : batches) CHECK(batch.windows.rows() == batches.front().windows.rows());
}

TEST_CASE("a token outside the vocabulary is refused with both values") {
    document_scorer score(counting_model{});
    CHECK_THROWS_WITH_AS(score({}, held_out_documents({1, 1000}, {0, 2}, "search.safetensors")),
                         "search.safetensors: token 1000 lies outside the model's vocabulary of 1000", input_error);
}

TEST_CASE("batches of no rows are refused") {
    CHECK_NOTHROW(check(document_scorer_options{.rows = 1, .wave = 0}));
    CHECK_THROWS_WITH_AS(check(document_scorer_options{.rows = 0, .equal_rows = true}),
                         "document_scorer_options.rows is 0, but it must be 1 or more", input_error);
}
