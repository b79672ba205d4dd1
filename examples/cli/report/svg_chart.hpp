// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

/// Replaces what HTML and SVG would read as markup.
std::string escape_markup(const std::string& text);

/// A small chart as inline SVG, in the page's colours, which follow the reader's light or dark setting.
class svg_chart {
 public:
    using range = std::pair<double, double>;
    enum class side { above, below };

    /// Axis titles, with units, and what the axes span; an empty span is widened.
    svg_chart(std::string x_title, std::string y_title, range x, range y);

    /// A point with its standard error, which may be 0. `style`: a class of the page's style sheet.
    void point(double x, double y, double error, const std::string& style);
    void line(std::span<const double> x, std::span<const double> y, const std::string& style);
    /// The area between two lines over the same x.
    void band(std::span<const double> x, std::span<const double> low, std::span<const double> high);
    /// A rule whose label stands on one side of it.
    void horizontal(double y, const std::string& label, side where);
    void vertical(double x);

    /// The whole, with `description` for those who cannot see it.
    std::string svg(const std::string& description) const;

 private:
    std::string at(double x, double y) const;
    double across(double x) const;
    double down(double y) const;
    std::string axes() const;

    std::string x_title_, y_title_;
    range x_, y_;
    std::string drawn_;
};
