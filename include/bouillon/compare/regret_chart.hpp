// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/comparison.hpp>
#include <bouillon/compare/quantile.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// Text with what SVG would read as markup replaced.
inline std::string svg_text(std::string_view text) {
    std::string escaped;
    for (const char c : text)
        escaped += c == '&'   ? std::string("&amp;")
                   : c == '<' ? std::string("&lt;")
                   : c == '>' ? std::string("&gt;")
                              : std::string(1, c);
    return escaped;
}

/// A coordinate of a drawing, to a tenth.
inline std::string svg_number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

/// A part of a drawing.
struct svg_rectangle {
    double left, top, width, height;
};

/// Quartiles of a variant's trajectories (trials) on one objective.
inline std::vector<quartiles> trajectory_quartiles(std::span<const compared_run> runs) {
    std::vector<std::vector<double>> at;  // (trials, seeds)
    for (const compared_run& run : runs) {
        const auto trajectory = run.trajectory();
        at.resize(std::max(at.size(), trajectory.size()));
        for (std::size_t i = 0; i < trajectory.size(); ++i)
            if (std::isfinite(trajectory[i])) at[i].push_back(trajectory[i]);
    }
    std::vector<quartiles> result;
    for (const auto& values : at) result.push_back(values.empty() ? quartiles{NAN, NAN, NAN} : quartiles_of(values));
    return result;
}

/// The vertical axis of a panel: logarithmic for regrets, down to 1e-12.
struct chart_axis {
    bool logarithmic;
    double low = std::numeric_limits<double>::infinity(), high = -low;  // on the axis's scale

    double scaled(double value) const { return logarithmic ? std::log10(std::max(value, 1e-12)) : value; }

    void include(double value) {
        if (std::isnan(value)) return;
        low = std::min(low, scaled(value));
        high = std::max(high, scaled(value));
    }

    /// Leaves room above and below, also where all values are the same.
    void widen() {
        if (!(low <= high)) low = high = 0;
        const double margin = std::max(0.05 * (high - low), 1e-3 * std::max(std::abs(high), 1e-6));
        low -= margin;
        high += margin;
    }

    /// Where lines and their labels stand, and the labels: whole powers of ten, or steps of 1, 2 or 5 of one.
    std::vector<std::pair<double, std::string>> ticks() const {
        const double rough = (high - low) / 5;
        double step = std::pow(10, std::floor(std::log10(rough)));
        for (const double factor : {1.0, 2.0, 5.0, 10.0})
            if (factor * step >= rough) {
                step *= factor;
                break;
            }
        if (logarithmic) step = std::max(1.0, std::ceil(step));
        std::vector<std::pair<double, std::string>> result;
        for (double place = std::ceil(low / step) * step; place <= high; place += step) {
            std::array<char, 32> text{};
            std::snprintf(text.data(), text.size(), logarithmic ? "1e%.0f" : "%.4g",
                          std::abs(place) < step / 2 ? 0 : place);
            result.emplace_back(place, text.data());
        }
        return result;
    }
};

/// One objective's panel.
class regret_panel {
 public:
    regret_panel(const comparison& made, std::size_t cell, svg_rectangle where)
        : any_(&made.cell(cell, 0)[0]), where_(where), axis_{any_->has_minimum()} {
        for (std::size_t variant = 0; variant < made.variants.size(); ++variant) {
            curves_.push_back(trajectory_quartiles(made.cell(cell, variant)));
            for (std::size_t i = first(); i < curves_.back().size(); ++i) {
                axis_.include(curves_.back()[i].lower);
                axis_.include(curves_.back()[i].upper);
            }
        }
        axis_.widen();
    }

    std::string svg() const {
        std::string text = frame();
        for (std::size_t variant = 0; variant < curves_.size(); ++variant) text += band(variant);
        for (std::size_t variant = 0; variant < curves_.size(); ++variant) text += median(variant);
        return text;
    }

 private:
    /// The trial from which variants differ: the last of the first points.
    std::size_t first() const { return any_->first_points > 0 ? any_->first_points - 1 : 0; }

    double across(std::size_t trial) const {
        const double span = std::max(static_cast<double>(any_->budget) - 1 - static_cast<double>(first()), 1.0);
        return where_.left + (static_cast<double>(trial) - static_cast<double>(first())) / span * where_.width;
    }
    double down(double value) const { return place(axis_.scaled(value)); }
    double place(double scaled) const {
        return where_.top + (axis_.high - scaled) / (axis_.high - axis_.low) * where_.height;
    }
    std::string at(std::size_t trial, double value) const {
        return svg_number(across(trial)) + ',' + svg_number(down(value)) + ' ';
    }

    std::string frame() const {
        std::string text = "<text class=\"title\" x=\"" + svg_number(where_.left) + "\" y=\"" +
                           svg_number(where_.top - 8) + "\">" + svg_text(any_->objective) + "</text>\n";
        for (const auto& [scaled, label] : axis_.ticks())
            text += "<path class=\"grid\" d=\"M" + svg_number(where_.left) + ',' + svg_number(place(scaled)) + 'h' +
                    svg_number(where_.width) + "\"/><text x=\"" + svg_number(where_.left - 6) + "\" y=\"" +
                    svg_number(place(scaled) + 4) + "\" text-anchor=\"end\">" + label + "</text>\n";
        const std::size_t from = first(), last = any_->budget - 1, middle = (from + last) / 2;
        for (const std::size_t trial : {from, middle, last})
            text += "<text x=\"" + svg_number(across(trial)) + "\" y=\"" + svg_number(where_.top + where_.height + 16) +
                    "\" text-anchor=\"middle\">" + to_string(trial + 1) + "</text>";
        return text + "<text x=\"" + svg_number(where_.left + where_.width / 2) + "\" y=\"" +
               svg_number(where_.top + where_.height + 32) +
               "\" text-anchor=\"middle\">trials</text><text transform=\"rotate(-90)\" x=\"" +
               svg_number(-where_.top - where_.height / 2) + "\" y=\"" + svg_number(where_.left - 48) +
               "\" text-anchor=\"middle\">" + (any_->has_minimum() ? "regret" : "lowest loss") + "</text>\n";
    }

    std::string band(std::size_t variant) const {
        std::string points;
        const auto& curve = curves_[variant];
        for (std::size_t i = first(); i < curve.size(); ++i)
            if (!std::isnan(curve[i].lower)) points += at(i, curve[i].lower);
        for (std::size_t i = curve.size(); i-- > first();)
            if (!std::isnan(curve[i].upper)) points += at(i, curve[i].upper);
        return "<polygon class=\"band v" + to_string(variant) + "\" points=\"" + points + "\"/>\n";
    }

    std::string median(std::size_t variant) const {
        std::string points;
        const auto& curve = curves_[variant];
        for (std::size_t i = first(); i < curve.size(); ++i)
            if (!std::isnan(curve[i].median)) points += at(i, curve[i].median);
        return "<polyline class=\"line v" + to_string(variant) + "\" points=\"" + points + "\"/>\n";
    }

    const compared_run* any_;
    svg_rectangle where_;
    chart_axis axis_;
    std::vector<std::vector<quartiles>> curves_;  // (variants, trials)
};

/// Colours of the variants' lines, which ten have of their own; on white and on black paper.
inline std::string chart_style(std::size_t variants) {
    constexpr std::array<const char*, 10> light = {"#0b62c4", "#c2410c", "#15803d", "#7c3aed", "#d61f8c",
                                                   "#0891b2", "#854d0e", "#64748b", "#84930a", "#111827"},
                                          dark = {"#6cb4ff", "#ff9d5c", "#5fd68a", "#b79cff", "#ff7cc6",
                                                  "#4fd8ee", "#d6a35c", "#a8b3c4", "#cfe04a", "#f4f6f8"};
    const auto colours = [&](const auto& palette) {
        std::string text;
        for (std::size_t v = 0; v < variants; ++v)
            text += ".v" + to_string(v) + "{color:" + palette[v % palette.size()] +
                    (v >= palette.size() ? ";stroke-dasharray:6 3}" : "}");
        return text;
    };
    return "<style>.paper{fill:#fff}text{fill:#475057;font:12px "
           "system-ui,sans-serif}.title{fill:#1c2024;font-weight:600}"
           ".grid{stroke:#d9dbe0;stroke-width:.6}.band{fill:currentColor;fill-opacity:.13}"
           ".line{fill:none;stroke:currentColor;stroke-width:1.8}" +
           colours(light) +
           "@media (prefers-color-scheme:dark){.paper{fill:#111113}text{fill:#b0b4ba}.title{fill:#edeef0}"
           ".grid{stroke:#363a3f}" +
           colours(dark) + "}</style>\n";
}

}  // namespace detail

/// A comparison as a drawing in SVG, a panel for each objective and budget: how the regret, or the lowest loss where no
/// minimum is known, falls with the trials; each variant's median over the seeds as a line, between the quartiles a
/// band. Its colours follow the reader's light or dark setting. It depends on no other file.
inline std::string to_svg(const comparison& made) {
    constexpr double panel_width = 420, panel_height = 280, legend_line = 18;
    const std::size_t columns = made.cells() > 1 ? 2 : 1, rows = (made.cells() + columns - 1) / columns;
    std::size_t longest = 0;  // of the variants' names
    for (const std::string& name : made.variants) longest = std::max(longest, name.size());
    const double width = std::max(panel_width * static_cast<double>(columns), 110 + 7 * static_cast<double>(longest)),
                 legend = legend_line * static_cast<double>(made.variants.size()) + 12,
                 height = panel_height * static_cast<double>(rows) + legend;
    std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + detail::svg_number(width) + ' ' +
                       detail::svg_number(height) + "\" role=\"img\">\n<title>Median and quartiles over " +
                       to_string(made.seeds.size()) + " seeds</title>\n" + detail::chart_style(made.variants.size()) +
                       "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
    for (std::size_t cell = 0; cell < made.cells(); ++cell) {
        const std::size_t row = cell / columns, column = cell % columns;
        const double left = panel_width * static_cast<double>(column), top = panel_height * static_cast<double>(row);
        text += detail::regret_panel(made, cell, {left + 64, top + 30, panel_width - 84, panel_height - 76}).svg();
    }
    for (std::size_t variant = 0; variant < made.variants.size(); ++variant) {
        const double y = panel_height * static_cast<double>(rows) + legend_line * static_cast<double>(variant) + 10;
        text += "<path class=\"line v" + to_string(variant) + "\" d=\"M64," + detail::svg_number(y - 4) +
                "h24\"/><text x=\"96\" y=\"" + detail::svg_number(y) + "\">" +
                detail::svg_text(made.variants[variant]) + "</text>\n";
    }
    return text + "</svg>\n";
}

}  // namespace bouillon
