// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xxhash.h>

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>

namespace bouillon {

/// XXH3-128 of bytes that come in parts: tells contents apart that differ by accident, not those of somebody who means
/// to deceive.
/// Cost: about 20 GB/s on one core.
/// Reference: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md; `xxhsum -H2` prints the same digits.
class content_hash {
 public:
    content_hash() : state_(XXH3_createState()) {
        if (!state_) throw std::bad_alloc();
        reset();
    }

    void reset() { XXH3_128bits_reset(state_.get()); }

    void add(std::span<const std::byte> bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }

    /// 32 hexadecimal digits, the highest first, of all that was added.
    std::string hex() const {
        XXH128_canonical_t digest{};
        XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(state_.get()));
        std::string text;
        for (const unsigned byte : digest.digest)
            text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
        return text;
    }

 private:
    struct free_state {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, free_state> state_;
};

}  // namespace bouillon
