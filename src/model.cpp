// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/config.ipp>
