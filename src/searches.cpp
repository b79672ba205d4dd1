// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/bayesian_search.hpp>

namespace bouillon {

template class bayesian_search<box>;
template class bayesian_search<interval>;
template class bayesian_search<simplex>;
template class bayesian_search<interval, log_noisy_expected_improvement>;
template class bayesian_search<simplex, log_noisy_expected_improvement>;

}  // namespace bouillon
