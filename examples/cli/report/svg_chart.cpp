// SPDX-License-Identifier: Apache-2.0
#include "report/svg_chart.hpp"

#include "printed.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace {

constexpr double width = 480, height = 290, left = 62, right = 12, top = 12, bottom = 44;  // of the drawing's units

/// A number with so many digits after the point, never a negative zero.
std::string fixed(double value, int digits) {
    const std::string shown = printed("%.*f", digits, value);
    return shown.starts_with('-') && shown.find_first_not_of("-0.") == shown.npos ? shown.substr(1) : shown;
}

/// The label of a tick: as many digits as its step has; powers of ten where that would be too wide for the margin.
std::string tick_label(double value, double step) {
    const int digits = static_cast<int>(std::max(0.0, -std::floor(std::log10(step) + 1e-9)));
    if (digits <= 5) return fixed(value, digits);
    return printed("%.3g", std::abs(value) < step / 2 ? 0 : value);
}

svg_chart::range widened(svg_chart::range given) {
    auto [low, high] = given;
    if (!(high > low)) return {low - 0.5, high + 0.5};
    return given;
}

/// A step of 1, 2 or 5 times a power of ten that divides a range into four to ten parts.
double tick_step(svg_chart::range range) {
    const double rough = (range.second - range.first) / 5, power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough) return factor * power;
    return 10 * power;
}

}  // namespace

std::string escape_markup(const std::string& text) {
    static constexpr std::array<std::pair<char, std::string_view>, 5> escapes = {
        {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
    std::string escaped;
    for (const char c : text) {
        const auto* const escape = std::ranges::find(escapes, c, &std::pair<char, std::string_view>::first);
        if (escape == escapes.end())
            escaped += c;
        else
            escaped += escape->second;
    }
    return escaped;
}

svg_chart::svg_chart(std::string x_title, std::string y_title, range x, range y)
    : x_title_(std::move(x_title)), y_title_(std::move(y_title)), x_(widened(x)), y_(widened(y)) {
    const double margin = 0.05 * (y_.second - y_.first);
    y_ = {y_.first - margin, y_.second + margin};
}

double svg_chart::across(double x) const {
    return left + (x - x_.first) / (x_.second - x_.first) * (width - left - right);
}
double svg_chart::down(double y) const {
    const double inside = std::clamp(y, y_.first, y_.second);
    return height - bottom - (inside - y_.first) / (y_.second - y_.first) * (height - top - bottom);
}
std::string svg_chart::at(double x, double y) const { return fixed(across(x), 1) + "," + fixed(down(y), 1); }

void svg_chart::point(double x, double y, double error, const std::string& style) {
    const std::string column = fixed(across(x), 1);
    if (error > 0)
        drawn_ += "<path class=\"error\" d=\"M" + column + "," + fixed(down(y - error), 1) + "V" +
                  fixed(down(y + error), 1) + "\"/>";
    drawn_ += "<circle class=\"" + style + "\" cx=\"" + column + "\" cy=\"" + fixed(down(y), 1) + "\" r=\"3\"/>";
}

void svg_chart::line(std::span<const double> x, std::span<const double> y, const std::string& style) {
    std::string points;
    for (std::size_t i = 0; i < x.size(); ++i) points += (i ? " " : "") + at(x[i], y[i]);
    drawn_ += "<polyline class=\"" + style + "\" points=\"" + points + "\"/>";
}

void svg_chart::band(std::span<const double> x, std::span<const double> low, std::span<const double> high) {
    std::string points;
    for (std::size_t i = 0; i < x.size(); ++i) points += at(x[i], low[i]) + " ";
    for (std::size_t i = x.size(); i-- > 0;) points += at(x[i], high[i]) + " ";
    drawn_ += "<polygon class=\"band\" points=\"" + points + "\"/>";
}

void svg_chart::horizontal(double y, const std::string& label, side where) {
    drawn_ += "<path class=\"rule\" d=\"M" + fixed(left, 0) + "," + fixed(down(y), 1) + "H" + fixed(width - right, 0) +
              "\"/><text class=\"label\" x=\"" + fixed(width - right - 2, 0) + "\" y=\"" +
              fixed(down(y) + (where == side::above ? -4 : 14), 1) + "\" text-anchor=\"end\">" + escape_markup(label) +
              "</text>";
}

void svg_chart::vertical(double x) {
    drawn_ += "<path class=\"rule\" d=\"M" + fixed(across(x), 1) + "," + fixed(top, 0) + "V" +
              fixed(height - bottom, 0) + "\"/>";
}

std::string svg_chart::axes() const {
    std::string text;
    const double across_step = tick_step(x_), down_step = tick_step(y_);
    for (double x = std::ceil(x_.first / across_step - 1e-9) * across_step; x <= x_.second + 1e-9; x += across_step)
        text += "<text x=\"" + fixed(across(x), 1) + "\" y=\"" + fixed(height - bottom + 16, 0) +
                "\" text-anchor=\"middle\">" + tick_label(x, across_step) + "</text>";
    for (double y = std::ceil(y_.first / down_step) * down_step; y <= y_.second; y += down_step)
        text += "<path class=\"grid\" d=\"M" + fixed(left, 0) + "," + fixed(down(y), 1) + "H" +
                fixed(width - right, 0) + "\"/><text x=\"" + fixed(left - 6, 0) + "\" y=\"" + fixed(down(y) + 4, 1) +
                "\" text-anchor=\"end\">" + tick_label(y, down_step) + "</text>";
    text += "<text x=\"" + fixed((left + width - right) / 2, 0) + "\" y=\"" + fixed(height - 8, 0) +
            "\" text-anchor=\"middle\">" + escape_markup(x_title_) + "</text><text transform=\"rotate(-90)\" x=\"" +
            fixed(-(top + height - bottom) / 2, 0) + "\" y=\"14\" text-anchor=\"middle\">" + escape_markup(y_title_) +
            "</text>";
    return text;
}

std::string svg_chart::svg(const std::string& description) const {
    return "<svg viewBox=\"0 0 480 290\" role=\"img\" aria-label=\"" + escape_markup(description) + "\">" + axes() +
           drawn_ + "</svg>\n";
}
