// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/score/multiple_choice.hpp>

#include "scoring/loss_wording.hpp"

#include <span>
#include <string_view>

/// What a question's loss is.
struct metric_choice {
    std::string_view name;
    bouillon::question_loss loss;
    loss_wording wording;

    /// Whether its unit is that of documents' losses, too.
    bool is_per_token() const { return loss == bouillon::question_loss::answer; }
};

/// Those that --metric names, the default first; the last two are those of EleutherAI's lm-evaluation-harness.
std::span<const metric_choice> metric_choices();
