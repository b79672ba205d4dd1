// SPDX-License-Identifier: Apache-2.0
#include "choices/metric_choice.hpp"

#include <array>

std::span<const metric_choice> metric_choices() {
    using bouillon::question_loss;
    static const loss_wording wrong{"share of answers wrong", "in the share of right answers", "questions"};
    static const std::array choices = {
        metric_choice{"choice-loss", question_loss::choice, {"nats", "nats", "questions"}},
        metric_choice{"answer-loss", question_loss::answer, {"nats per token", "nats per token", "questions"}},
        metric_choice{"acc", question_loss::accuracy, wrong},
        metric_choice{"acc_norm", question_loss::accuracy_norm, wrong},
    };
    return choices;
}
