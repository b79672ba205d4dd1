// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Things that steps of a monitor use side by side, each in one step at a time.
template <class Thing>
class slot_pool {
 public:
    explicit slot_pool(std::vector<Thing> things) : things_(std::move(things)), busy_(things_.size(), false) {}

    std::size_t size() const { return things_.size(); }

    /// Calls a function with a free thing, and gives what it gives.
    ///
    /// There must be one: a thread uses one at a time, and there are as many as threads.
    /// @param is_best says which of those that are free is wanted most; else it is the first
    template <class IsBest, class Use>
    auto use(const IsBest& is_best, const Use& function) {
        std::size_t chosen = things_.size();
        for (std::size_t i = things_.size(); i-- > 0;)
            if (!busy_[i] && (chosen == things_.size() || !is_best(things_[chosen]))) chosen = i;
        assert(chosen < things_.size());
        const held guard(busy_, chosen);
        return function(things_[chosen]);
    }

    /// Calls a function with each thing.
    template <class Function>
    void for_each(const Function& function) {
        for (Thing& thing : things_) function(thing);
    }

 private:
    class held {
     public:
        held(std::vector<bool>& busy, std::size_t index) : busy_(&busy), index_(index) { busy[index] = true; }
        ~held() { (*busy_)[index_] = false; }
        held(const held&) = delete;
        held& operator=(const held&) = delete;

     private:
        std::vector<bool>* busy_;
        std::size_t index_;
    };

    std::vector<Thing> things_;
    std::vector<bool> busy_;  // (things); only ever touched in a step
};

}  // namespace bouillon::detail
