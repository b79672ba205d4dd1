// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/core/random.hpp>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <vector>

/// A folder with a run of tiny Llama checkpoints around one random model, and held-out documents: everything that the
/// program needs, scored in milliseconds.
class tiny_run {
 public:
    explicit tiny_run(const std::string& name, std::size_t checkpoints = 3)
        : folder_(std::filesystem::temp_directory_path() / ("bouillon-" + name + "-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(folder_);
        for (std::size_t k = 0; k < checkpoints; ++k) write_checkpoint(step(k), k);
        write_documents("search.safetensors", 1, 12);
        write_documents("test.safetensors", 2, 12);
    }
    ~tiny_run() { std::filesystem::remove_all(folder_); }
    tiny_run(const tiny_run&) = delete;
    tiny_run& operator=(const tiny_run&) = delete;

    std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
    std::filesystem::path step(std::size_t k) const { return folder_ / ("step-" + std::to_string(k + 1) + "00"); }
    std::filesystem::path held_out() const { return folder_ / "search.safetensors"; }
    std::filesystem::path test() const { return folder_ / "test.safetensors"; }

    /// Writes random questions of two answers, the first of which is right, to a file of that name and gives its path.
    std::filesystem::path write_questions(const std::string& name, std::uint64_t seed, std::size_t questions) const {
        const std::vector<std::int64_t> prompts(2 * questions, 15), correct(questions, 0);
        std::vector<std::int64_t> offsets = {0};
        while (offsets.size() <= questions) offsets.push_back(offsets.back() + 2);
        return write_documents(name, seed, 2 * questions,
                               {{"prompt_tokens", prompts}, {"question_offsets", offsets}, {"correct", correct}});
    }

    /// Writes random documents of 20 tokens to a file of that name, with whatever else it is to hold, and gives its
    /// path.
    std::filesystem::path write_documents(const std::string& name, std::uint64_t seed, std::size_t documents,
                                          std::map<std::string, std::vector<std::int64_t>> held = {}) const {
        auto engine = bouillon::make_engine(3, seed);
        std::vector<std::uint16_t> tokens(documents * 20);
        std::vector<std::int64_t> offsets = {0};
        for (auto& token : tokens) token = static_cast<std::uint16_t>(16 * bouillon::uniform(engine));
        while (offsets.size() <= documents) offsets.push_back(offsets.back() + 20);
        held["document_offsets"] = offsets;
        std::vector<bouillon::checkpoint_tensor> tensors = {{"tokens", bouillon::dtype::u16, {tokens.size()}}};
        for (const auto& [tensor, values] : held) tensors.push_back({tensor, bouillon::dtype::i64, {values.size()}});
        bouillon::safetensors_writer writer(*this / name, tensors);
        for (const auto& tensor : writer.tensors())
            writer.append(tensor.name == "tokens" ? std::as_bytes(std::span(tokens))
                                                  : std::as_bytes(std::span(held[tensor.name])));
        writer.close();
        return *this / name;
    }

 private:
    static std::vector<bouillon::checkpoint_tensor> tensors() {
        const auto f32 = bouillon::dtype::f32;
        const std::string layer = "model.layers.0.";
        return {{"model.embed_tokens.weight", f32, {16, 8}},
                {"model.norm.weight", f32, {8}},
                {"lm_head.weight", f32, {16, 8}},
                {layer + "input_layernorm.weight", f32, {8}},
                {layer + "post_attention_layernorm.weight", f32, {8}},
                {layer + "self_attn.q_proj.weight", f32, {8, 8}},
                {layer + "self_attn.k_proj.weight", f32, {4, 8}},
                {layer + "self_attn.v_proj.weight", f32, {4, 8}},
                {layer + "self_attn.o_proj.weight", f32, {8, 8}},
                {layer + "mlp.gate_proj.weight", f32, {12, 8}},
                {layer + "mlp.up_proj.weight", f32, {12, 8}},
                {layer + "mlp.down_proj.weight", f32, {8, 12}}};
    }

    /// Every checkpoint is the same random model plus noise of its own, so that an average is nearer to the model.
    static void write_checkpoint(const std::filesystem::path& path, std::size_t k) {
        std::filesystem::create_directories(path);
        auto common = bouillon::make_engine(1), own = bouillon::make_engine(2, k);
        bouillon::safetensors_writer writer(path / "model.safetensors", tensors(), {{"format", "pt"}});
        for (const auto& tensor : writer.tensors()) {
            std::vector<float> values(tensor.elements());
            for (float& value : values)
                value = static_cast<float>(0.5 * bouillon::normal(common) + 0.3 * bouillon::normal(own));
            writer.append(std::as_bytes(std::span(values)));
        }
        writer.close();
        std::ofstream(path / "config.json")
            << nlohmann::json{{"model_type", "llama"},    {"vocab_size", 16},        {"hidden_size", 8},
                              {"intermediate_size", 12},  {"num_hidden_layers", 1},  {"num_attention_heads", 2},
                              {"num_key_value_heads", 1}, {"head_dim", 4},           {"max_position_embeddings", 8},
                              {"rms_norm_eps", 1e-5},     {"torch_dtype", "float32"}};
        std::ofstream(path / "tokenizer.json") << "{}";
    }

    std::filesystem::path folder_;
};
