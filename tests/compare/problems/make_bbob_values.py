#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes bbob_values.hpp: values of the BBOB functions by COCO's own program.

    pip install coco-experiment==2.8.2
    python3 make_bbob_values.py > bbob_values.hpp
"""
import os
import tempfile

import cocoex

POINTS = 3


def point(number, dimension):
    """Coordinates from -6.25 to 6.24 that are the same in any language."""
    return [((number * 7919 + i * 3571 + number * i * 613) % 1000) / 80 - 6.25 for i in range(dimension)]


def minimum(problem):
    problem._best_parameter("print")
    with open("._bbob_problem_best_parameter.txt") as file:
        return float(problem([float(x) for x in file.read().split()]))


def main():
    suite = cocoex.Suite("bbob", "instances: 1,2", "dimensions: 2,3,5,10")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for function in range(1, 25):
            for dimension in (2, 3, 5, 10):
                for instance in (1, 2):
                    problem = suite.get_problem_by_function_dimension_instance(function, dimension, instance)
                    values = [minimum(problem)] + [float(problem(point(n, dimension))) for n in range(1, POINTS + 1)]
                    rows.append((function, dimension, instance, values))
        os.chdir("/")
    print("// SPDX-License-Identifier: Apache-2.0")
    print("#pragma once\n")
    print("#include <array>\n#include <cstddef>\n#include <vector>\n")
    print("/// A BBOB function's minimum and its values at the points 1 to 3, by COCO's program (make_bbob_values.py).")
    print("struct bbob_values {")
    print("    std::size_t function, dimension, instance;")
    print("    double minimum;")
    print(f"    std::array<double, {POINTS}> values;")
    print("};\n")
    print("/// Coordinates from -6.25 to 6.24.")
    print("inline std::vector<double> bbob_point(std::size_t number, std::size_t dimension) {")
    print("    std::vector<double> point(dimension);")
    print("    for (std::size_t i = 0; i < dimension; ++i)")
    print("        point[i] = static_cast<double>((number * 7919 + i * 3571 + number * i * 613) % 1000) / 80 - 6.25;")
    print("    return point;")
    print("}\n")
    print("// clang-format off")
    print(f"inline constexpr std::array<bbob_values, {len(rows)}> all_bbob_values = {{{{")
    for function, dimension, instance, values in rows:
        numbers = ", ".join(repr(value) for value in values[1:])
        print(f"    {{{function}, {dimension}, {instance}, {values[0]:.2f}, {{{numbers}}}}},")
    print("}};")
    print("// clang-format on")


if __name__ == "__main__":
    main()
