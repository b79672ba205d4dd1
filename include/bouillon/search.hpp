// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The search arm alone, a Bayesian-optimization library for any objective: spaces, kernels, the surrogate,
/// acquisitions and searches. It brings no checkpoints, no models and no JSON; a journal is search/journal.hpp, beside
/// this.
#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/guarded.hpp>
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
#include <bouillon/kernel/hellinger.hpp>
#include <bouillon/kernel/matern12.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/product.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/sum.hpp>
#include <bouillon/kernel/trended.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/domain_guard.hpp>
#include <bouillon/search/paper_search.hpp>
#include <bouillon/search/pareto_front.hpp>
#include <bouillon/search/regret.hpp>
#include <bouillon/search/stopping.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/group_scaling.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/version.hpp>
