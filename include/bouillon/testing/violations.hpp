// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

/// What breaks a type's laws: a sentence for each law that is broken, with both numbers of the first case. None where
/// all laws hold.
using violations = std::vector<std::string>;

/// All sentences, one a line.
///
/// In any test framework `CHECK(to_lines(kernel_violations(mine{})) == "")` fails with what is wrong.
inline std::string to_lines(const violations& sentences) {
    std::string lines;
    for (const auto& sentence : sentences) lines += sentence + '\n';
    return lines;
}

namespace detail {

/// The laws that a suite has found broken. Of many cases that break a law the first is told.
class law_book {
 public:
    /// Notes a case that breaks a law.
    /// @param holds whether the law holds in this case
    /// @param law a sentence about what must hold
    /// @param describe gives the case's words; called where the law does not hold
    template <class Describe>
    void require(bool holds, std::string_view law, const Describe& describe) {
        if (holds) return;
        const auto same_law = std::ranges::find(broken_, law, &broken_law::law);
        if (same_law == broken_.end())
            broken_.push_back({std::string(law), describe(), 0});
        else
            ++same_law->more;
    }

    /// Notes two numbers that do not agree.
    ///
    ///     |actual - expected| <= tolerance (1 + max(|actual|, |expected|))
    ///
    /// @param actual what was found
    /// @param expected what it should be
    /// @param tolerance 0 for the same number
    /// @param law a sentence about what must hold
    /// @param describe gives words for what `actual` is
    template <class Describe>
    void require_near(double actual, double expected, double tolerance, std::string_view law,
                      const Describe& describe) {
        const double scale = 1 + std::max(std::abs(actual), std::abs(expected));
        const bool near = actual == expected || std::abs(actual - expected) <= tolerance * scale;
        require(near, law, [&] { return describe() + both(actual, expected); });
    }

    violations sentences() const {
        violations all;
        for (const auto& [law, first, more] : broken_)
            all.push_back(law + ": " + first + (more == 0 ? "" : " (and " + to_string(more) + " more)"));
        return all;
    }

    static std::string both(double actual, double expected) {
        return " is " + to_string(actual) + ", but should be " + to_string(expected);
    }

 private:
    struct broken_law {
        std::string law;
        std::string first;  ///< case
        std::size_t more;   ///< cases
    };

    std::vector<broken_law> broken_;
};

/// A point's coordinates in words: "(0.5, 0.25)".
template <class Numbers>
std::string in_brackets(const Numbers& numbers) {
    std::string text;
    for (const double number : numbers) text += (text.empty() ? "(" : ", ") + to_string(number);
    return text.empty() ? "()" : text + ")";
}

}  // namespace detail
}  // namespace bouillon
