// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

namespace bouillon {

template class resident_checkpoints<xtensor_backend>;
template resident_checkpoints<xtensor_backend> make_resident(const checkpoint_set&, const xtensor_backend&,
                                                             const tensor_groups&);
template class causal_language_model<xtensor_backend>;
template class document_scorer<causal_language_model<xtensor_backend>>;

}  // namespace bouillon
