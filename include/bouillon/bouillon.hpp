// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything but the tensor backends, which need libraries of their own: include tensor/xtensor_backend.hpp or
/// tensor/thrust_backend.hpp beside this.
#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/log_knowledge_gradient.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/log_probability_of_improvement.hpp>
#include <bouillon/acquisition/per_cost.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/scheduled_confidence_bound.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/checkpoint/run_folder.hpp>
#include <bouillon/core/schedule_weights.hpp>
#include <bouillon/kernel/hellinger.hpp>
#include <bouillon/kernel/matern12.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/product.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/sum.hpp>
#include <bouillon/merge/compare.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/score/loss_summary.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/search/paper_search.hpp>
#include <bouillon/search/regret.hpp>
#include <bouillon/search/stopping.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/group_scaling.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/version.hpp>
