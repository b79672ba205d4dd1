// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace bouillon::test {

/// A small model of random weights, and the losses that Hugging Face transformers gives it
/// (tests/model/make_fixtures.py).
struct decoder_fixture {
    std::string config;  ///< config.json
    nlohmann::json tensors;
    std::size_t window = 0;  ///< tokens
    held_out_documents documents;
    std::vector<double> losses;  ///< (documents), nats per token

    explicit decoder_fixture(const std::filesystem::path& path) {
        const auto file = nlohmann::json::parse(std::ifstream(path));
        config = file.at("config").dump();
        tensors = file.at("tensors");
        window = file.at("window");
        losses = file.at("losses").get<std::vector<double>>();
        std::vector<std::int32_t> tokens;
        std::vector<std::size_t> offsets = {0};
        for (const auto& document : file.at("documents")) {
            for (const auto& token : document) tokens.push_back(token.get<std::int32_t>());
            offsets.push_back(tokens.size());
        }
        documents = {std::move(tokens), std::move(offsets), path.string()};
    }

    /// The tensors, whose elements a hash of their names and places gives.
    template <class Backend>
    parameters<Backend> upload(const Backend& backend) const {
        parameters<Backend> made;
        for (const auto& [name, tensor] : tensors.items()) {
            const std::vector<std::size_t> shape = tensor.at("shape");
            const double mean = tensor.at("mean"), spread = tensor.at("spread");
            std::size_t count = 1;
            for (const std::size_t size : shape) count *= size;
            std::vector<float> values;
            for (std::size_t i = 0; i < count; ++i)
                values.push_back(static_cast<float>(mean + spread * uniform(name, i)));
            made[name] = {backend.upload(std::as_bytes(std::span(values)), dtype::f32), shape};
        }
        return made;
    }

 private:
    /// In [-1, 1): the finaliser of splitmix64 on FNV-1a of the name and the element's number.
    static double uniform(const std::string& name, std::size_t i) {
        std::uint64_t hash = 0xcbf29ce484222325u;
        for (const char each : name) hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3u;
        std::uint64_t z = hash + (i + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1;
    }
};

}  // namespace bouillon::test
