# SPDX-License-Identifier: Apache-2.0
"""A search by an acquisition and a kernel of your own, as NumPy functions. Needs NumPy alone."""
import bouillon
import numpy


def lower_confidence(mean, deviation, best):
    """Optimistic: scores are larger where the loss is lower."""
    return mean + 2 * deviation


def cauchy(r2):
    """The covariance at squared distances in length scales."""
    return 1 / (1 + r2)


def cauchy_slope(r2):
    return -1 / (1 + r2) ** 2


def branin(point):
    x, y = point
    return ((y - 5.1 / (4 * numpy.pi**2) * x**2 + 5 / numpy.pi * x - 6) ** 2
            + 10 * (1 - 1 / (8 * numpy.pi)) * numpy.cos(x) + 10)


def main():
    search = bouillon.Search(bouillon.Box([-5, 0], [10, 15]), budget=30, acquisition=lower_confidence,
                             kernel=bouillon.Kernel(cauchy, cauchy_slope))
    while not search.done():
        trial = search.suggest()
        search.observe(trial, branin(trial.point), variance=0.0)
    print(f"lowest loss {search.recommendation().loss:.1f}, Branin's minimum is 0.4")


if __name__ == "__main__":
    main()
