// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <tensor/counting_device.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace bouillon;

namespace {

struct host_tensor {
    std::vector<std::size_t> shape;
    std::vector<float> values;
};
using host_model = std::map<std::string, host_tensor>;

host_model random_model(const decoder& c) {
    random_engine engine = make_engine(7, 0);
    host_model model;
    const auto add = [&](const std::string& name, std::vector<std::size_t> shape, double mean, double deviation) {
        const std::size_t size = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
        host_tensor tensor{std::move(shape), std::vector<float>(size)};
        for (float& value : tensor.values) value = static_cast<float>(mean + deviation * normal(engine));
        model[name] = std::move(tensor);
    };
    const std::size_t q = c.heads * c.head_dim, kv = c.key_value_heads * c.head_dim;
    add("model.embed_tokens.weight", {c.vocabulary, c.width}, 0, 1);
    add("model.norm.weight", {c.width}, 1, 0.1);
    if (!c.tied_head) add("lm_head.weight", {c.vocabulary, c.width}, 0, 0.3);
    for (std::size_t i = 0; i < c.layers.size(); ++i) {
        const std::string prefix = "model.layers." + std::to_string(i) + ".";
        add(prefix + "input_layernorm.weight", {c.width}, 1, 0.1);
        add(prefix + "post_attention_layernorm.weight", {c.width}, 1, 0.1);
        add(prefix + "self_attn.q_proj.weight", {q, c.width}, 0, 0.3);
        add(prefix + "self_attn.k_proj.weight", {kv, c.width}, 0, 0.3);
        add(prefix + "self_attn.v_proj.weight", {kv, c.width}, 0, 0.3);
        add(prefix + "self_attn.o_proj.weight", {c.width, q}, 0, 0.3);
        add(prefix + "mlp.gate_proj.weight", {c.feed_forward, c.width}, 0, 0.3);
        add(prefix + "mlp.up_proj.weight", {c.feed_forward, c.width}, 0, 0.3);
        add(prefix + "mlp.down_proj.weight", {c.width, c.feed_forward}, 0, 0.3);
    }
    return model;
}

template <class Backend>
parameters<Backend> upload(const host_model& model, const Backend& backend) {
    parameters<Backend> result;
    for (const auto& [name, tensor] : model)
        result.emplace(name, parameter<Backend>{backend.upload(std::as_bytes(std::span(tensor.values)), dtype::f32),
                                                tensor.shape});
    return result;
}

/// The plain reference: one window, in float64, one token and one number at a time.
class reference_llama {
    using vector = std::vector<double>;

 public:
    reference_llama(const decoder& config, const host_model& model) : c_(config), model_(model) {}

    vector losses(std::span<const std::int32_t> tokens, std::span<const std::int32_t> targets) const {
        std::vector<vector> x;
        for (const auto token : tokens) x.push_back(row("model.embed_tokens.weight", static_cast<std::size_t>(token)));
        for (std::size_t i = 0; i < c_.layers.size(); ++i) {
            const std::string prefix = "model.layers." + std::to_string(i) + ".";
            attend(prefix, x);
            for (auto& token : x) {
                const vector y = norm(prefix + "post_attention_layernorm.weight", token);
                vector gate = times(prefix + "mlp.gate_proj.weight", y);
                const vector up = times(prefix + "mlp.up_proj.weight", y);
                for (std::size_t j = 0; j < gate.size(); ++j) gate[j] = gate[j] / (1 + std::exp(-gate[j])) * up[j];
                add(token, times(prefix + "mlp.down_proj.weight", gate));
            }
        }
        vector result;
        for (std::size_t t = 0; t < x.size(); ++t) {
            const vector logits =
                times(c_.tied_head ? "model.embed_tokens.weight" : "lm_head.weight", norm("model.norm.weight", x[t]));
            double sum = 0;
            for (const double logit : logits) sum += std::exp(logit);
            result.push_back(std::log(sum) - logits[static_cast<std::size_t>(targets[t])]);
        }
        return result;
    }

 private:
    vector row(const std::string& name, std::size_t i) const {
        const auto& tensor = model_.at(name);
        const auto first = tensor.values.begin() + static_cast<std::ptrdiff_t>(i * c_.width);
        return vector(first, first + static_cast<std::ptrdiff_t>(c_.width));
    }
    vector times(const std::string& name, const vector& x) const {
        const auto& tensor = model_.at(name);
        vector y(tensor.shape[0], 0.0);
        for (std::size_t i = 0; i < y.size(); ++i)
            for (std::size_t j = 0; j < x.size(); ++j)
                y[i] += static_cast<double>(tensor.values[i * x.size() + j]) * x[j];
        return y;
    }
    vector norm(const std::string& name, vector x) const {
        double squares = 0;
        for (const double value : x) squares += value * value;
        const double scale = 1 / std::sqrt(squares / static_cast<double>(x.size()) + c_.norm.epsilon);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] *= scale * static_cast<double>(model_.at(name).values[i]);
        return x;
    }
    static void add(vector& x, const vector& y) {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
    }
    void rotate(vector& x, std::size_t position) const {
        const std::size_t half = c_.head_dim / 2;
        for (std::size_t head = 0; head < x.size() / c_.head_dim; ++head)
            for (std::size_t i = 0; i < half; ++i) {
                const double angle =
                    static_cast<double>(position) *
                    std::pow(c_.rotaries[0].theta, -2.0 * static_cast<double>(i) / static_cast<double>(c_.head_dim));
                double& a = x[head * c_.head_dim + i];
                double& b = x[head * c_.head_dim + i + half];
                const double turned = a * std::cos(angle) - b * std::sin(angle);
                b = b * std::cos(angle) + a * std::sin(angle);
                a = turned;
            }
    }
    void attend(const std::string& prefix, std::vector<vector>& x) const {
        std::vector<vector> q, k, v;
        for (std::size_t t = 0; t < x.size(); ++t) {
            const vector y = norm(prefix + "input_layernorm.weight", x[t]);
            q.push_back(times(prefix + "self_attn.q_proj.weight", y));
            k.push_back(times(prefix + "self_attn.k_proj.weight", y));
            v.push_back(times(prefix + "self_attn.v_proj.weight", y));
            rotate(q.back(), t);
            rotate(k.back(), t);
        }
        const std::size_t dim = c_.head_dim;
        for (std::size_t t = 0; t < x.size(); ++t) {
            vector attended(c_.heads * dim, 0.0);
            for (std::size_t head = 0; head < c_.heads; ++head) {
                const std::size_t shared = head / (c_.heads / c_.key_value_heads) * dim;
                double sum = 0;
                for (std::size_t s = 0; s <= t; ++s) {
                    double score = 0;
                    for (std::size_t i = 0; i < dim; ++i) score += q[t][head * dim + i] * k[s][shared + i];
                    const double weight = std::exp(score / std::sqrt(static_cast<double>(dim)));
                    sum += weight;
                    for (std::size_t i = 0; i < dim; ++i) attended[head * dim + i] += weight * v[s][shared + i];
                }
                for (std::size_t i = 0; i < dim; ++i) attended[head * dim + i] /= sum;
            }
            add(x[t], times(prefix + "self_attn.o_proj.weight", attended));
        }
    }

    const decoder& c_;
    const host_model& model_;
};

/// Three windows of different lengths in one batch, one of them as long as the context.
window_batch random_windows(const decoder& c) {
    random_engine engine = make_engine(11, 0);
    window_batch batch;
    for (const std::size_t length : {std::size_t{5}, c.context, std::size_t{1}}) {
        for (std::size_t i = 0; i < length; ++i) {
            batch.tokens.push_back(static_cast<std::int32_t>(uniform(engine) * static_cast<double>(c.vocabulary)));
            batch.targets.push_back(static_cast<std::int32_t>(uniform(engine) * static_cast<double>(c.vocabulary)));
            batch.positions.push_back(static_cast<std::int32_t>(i));
        }
        batch.window_offsets.push_back(static_cast<std::int32_t>(batch.rows()));
    }
    return batch;
}

decoder small(std::size_t key_value_heads, bool tied, std::size_t head_dim) {
    decoder c;
    c.vocabulary = 37;
    c.width = 24;
    c.feed_forward = 40;
    c.layers.assign(2, {.attention_scale = 1 / std::sqrt(static_cast<double>(head_dim))});
    c.heads = 4;
    c.key_value_heads = key_value_heads;
    c.head_dim = c.value_dim = head_dim;
    c.context = 19;
    c.norm.epsilon = 1e-5;
    c.rotaries = {{.dims = head_dim, .theta = 500}};
    c.architecture = "llama";
    c.tied_head = tied;
    return c;
}

/// All stages of a forward pass; losses (rows), nats.
template <class Backend>
std::vector<float> token_losses(causal_language_model<Backend>& model, const parameters<Backend>& tensors,
                                const window_batch& batch) {
    const detail::single_threaded_blas guard;
    tensor_shapes shapes;
    for (const auto& [name, each] : tensors) shapes.emplace(name, each.shape);
    model.expect(shapes);
    auto workspace = model.make_workspace(batch.rows() + 3);
    auto residual = model.make_residual(batch.rows());
    auto losses = model.backend().make_buffer(batch.rows());
    const auto prepared = model.prepare(batch);
    for (std::size_t stage = 0; stage < model.stages(); ++stage) {
        model.load(stage, tensors);
        model.run(stage, prepared, residual, workspace, 0, losses);
    }
    std::vector<float> read(batch.rows());
    model.backend().read(losses, read);
    return read;
}

template <class Backend>
void check_against_reference(const decoder& config, const Backend& backend) {
    const auto host = random_model(config);
    causal_language_model<Backend> model(config, backend);
    const auto batch = random_windows(config);
    const auto losses = token_losses(model, upload(host, backend), batch);

    const reference_llama reference(config, host);
    for (std::size_t w = 0; w < batch.windows(); ++w) {
        const auto first = static_cast<std::size_t>(batch.window_offsets[w]);
        const auto length = static_cast<std::size_t>(batch.window_offsets[w + 1]) - first;
        const auto expected = reference.losses(std::span(batch.tokens).subspan(first, length),
                                               std::span(batch.targets).subspan(first, length));
        for (std::size_t i = 0; i < length; ++i) CHECK(losses[first + i] == doctest::Approx(expected[i]).epsilon(1e-5));
    }
}

}  // namespace

static_assert(language_model_backend<xtensor_backend>);

TEST_CASE("token losses equal those of a float64 loop, with grouped heads and with a tied head") {
    for (const auto& config : {small(4, false, 6), small(2, false, 6), small(1, true, 10)}) {
        check_against_reference(config, xtensor_backend{});
        check_against_reference(config, default_thrust_backend{});
    }
}

TEST_CASE("a pass on a device is few launches, one wait for its losses, and no allocation once there is room") {
    for (const auto& config : {small(4, false, 6), small(2, false, 6)}) {
        device_calls calls;
        const thrust_backend<counting_device> backend(counting_device{{}, &calls});
        causal_language_model model(config, backend);
        const auto tensors = upload(random_model(config), backend);
        const auto batch = random_windows(config);
        token_losses(model, tensors, batch);  // makes room
        auto workspace = model.make_workspace(batch.rows());
        auto residual = model.make_residual(batch.rows()), losses = backend.make_buffer(batch.rows());
        const auto prepared = model.prepare(batch);
        device_calls passed;
        for (std::size_t stage = 0; stage < model.stages(); ++stage) {
            model.load(stage, tensors);
            calls = {};
            model.run(stage, prepared, residual, workspace, 0, losses);
            passed.launches += calls.launches;
            passed.allocations += calls.allocations;
            passed.uploads += calls.uploads;
            passed.waits += calls.waits;
        }
        CHECK(passed.launches <= 9 * config.layers.size() + 1 + 3);  // of one block of the vocabulary
        CHECK(passed.allocations == 0);
        CHECK(passed.uploads == 0);
        CHECK(passed.waits == 0);
        calls = {};
        std::array<std::int64_t, 1> sum{};
        backend.sum_runs(losses, detail::to_indices(backend, std::vector<std::int32_t>(batch.rows(), 0)), sum);
        CHECK(calls.waits == 1);
    }
}

TEST_CASE("a model loaded again forgets what it held before") {
    const auto config = small(2, false, 6);
    const xtensor_backend backend;
    const auto host = random_model(config);
    auto other = host;
    for (auto& [name, tensor] : other)
        for (float& value : tensor.values) value *= 1.5f;
    causal_language_model<xtensor_backend> model(config, backend);
    const auto batch = random_windows(config);
    const auto first = token_losses(model, upload(host, backend), batch);
    CHECK(token_losses(model, upload(other, backend), batch) != first);
    CHECK(token_losses(model, upload(host, backend), batch) == first);
}

TEST_CASE("a head that is stored counts though the configuration ties it") {
    const xtensor_backend backend;
    const auto config = small(2, false, 6), tied = small(2, true, 6);
    const auto with_head = random_model(config);
    auto without = with_head, copied = with_head;
    without.erase("lm_head.weight");
    copied.at("lm_head.weight") = copied.at("model.embed_tokens.weight");
    const auto batch = random_windows(config);
    causal_language_model<xtensor_backend> untied_model(config, backend), model(tied, backend);
    const auto losses = [&](auto& of, const host_model& host) {
        return token_losses(of, upload(host, backend), batch);
    };
    const auto stored = losses(untied_model, with_head), shared = losses(model, without);
    CHECK(stored != shared);
    CHECK(losses(model, with_head) == stored);
    CHECK(losses(model, copied) == shared);
    CHECK(losses(model, without) == shared);
    CHECK(losses(model, with_head) == stored);
}

TEST_CASE("a tensor that is missing, has another shape or is left over is refused by name") {
    const auto config = small(2, false, 6);
    causal_language_model<xtensor_backend> model(config, xtensor_backend{});
    tensor_shapes shapes;
    for (const auto& [name, tensor] : random_model(config)) shapes.emplace(name, tensor.shape);
    CHECK_NOTHROW(model.expect(shapes));

    auto missing = shapes;
    missing.erase("model.layers.1.mlp.up_proj.weight");
    CHECK_THROWS_WITH_AS(model.expect(missing),
                         "tensor 'model.layers.1.mlp.up_proj.weight' of a llama model is missing", input_error);
    auto reshaped = shapes;
    reshaped.at("model.layers.0.self_attn.k_proj.weight") = {24, 12};
    CHECK_THROWS_WITH_AS(
        model.expect(reshaped),
        "tensor 'model.layers.0.self_attn.k_proj.weight' has shape [24, 12], but config.json implies [12, 24]",
        input_error);
    auto left_over = shapes;
    left_over["model.layers.0.self_attn.q_proj.bias"] = {24};
    CHECK_THROWS_WITH_AS(model.expect(left_over),
                         "tensor 'model.layers.0.self_attn.q_proj.bias' is no part of the llama model of config.json",
                         input_error);
    auto harmless = shapes;
    harmless["model.layers.0.self_attn.rotary_emb.inv_freq"] = {3};
    CHECK_NOTHROW(model.expect(harmless));
}

TEST_CASE("a stage needs its own tensors, and all stages together need all") {
    const auto config = small(2, false, 6);
    causal_language_model<xtensor_backend> model(config, xtensor_backend{});
    tensor_shapes shapes;
    for (const auto& [name, tensor] : random_model(config)) shapes.emplace(name, tensor.shape);
    model.expect(shapes);
    CHECK(model.tensors_of(0) == std::set<std::string, std::less<>>{"model.embed_tokens.weight"});
    CHECK(model.tensors_of(1).contains("model.layers.0.mlp.up_proj.weight"));
    CHECK(model.tensors_of(3) == std::set<std::string, std::less<>>{"lm_head.weight", "model.norm.weight"});
    std::size_t all = 0;
    for (std::size_t stage = 0; stage < model.stages(); ++stage) all += model.tensors_of(stage).size();
    CHECK(all == shapes.size());
}

TEST_CASE("a window is as long as is asked for, at most the context, and else no longer than the default") {
    auto config = small(2, false, 6);
    config.context = 100'000;
    const auto window = [&](std::size_t asked) {
        return causal_language_model<xtensor_backend>(config, xtensor_backend{}, asked).window();
    };
    CHECK(window(0) == default_window);
    CHECK(window(5000) == 5000);
    config.context = 19;
    CHECK(window(0) == 19);
    CHECK(window(20) == 19);
}
