// SPDX-License-Identifier: Apache-2.0
#include <string>

std::string text(int number) { return ::std::to_string(number); }
