// SPDX-License-Identifier: Apache-2.0
#include "choices/any_acquisition.hpp"

template class bouillon::gaussian_process<any_kernel>;
