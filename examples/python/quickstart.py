# SPDX-License-Identifier: Apache-2.0
"""Finds the best merge of a model's snapshots, in the process that holds them: no files, no copies.

The "model" is one vector, snapshots of which a noisy training run left around the optimum; the loss is known in closed
form, document by document. Needs NumPy alone.
"""
import bouillon
import numpy

SIZE, SNAPSHOTS, DOCUMENTS = 4096, 4, 32


def losses_of(parameters):
    """(documents): the mean squared distance of a slice of the parameters from their optimum, which is 1."""
    return ((parameters - 1.0) ** 2).reshape(DOCUMENTS, -1).mean(axis=1)


def main():
    random = numpy.random.default_rng(1)
    spreads = 1.6 - 0.2 * numpy.arange(SNAPSHOTS)  # later snapshots are nearer
    held = [{"weight": (1 + spread * random.uniform(-0.5, 0.5, SIZE)).astype("float32")} for spread in spreads]
    resident = bouillon.hold(held)

    newest = losses_of(held[-1]["weight"])
    search = bouillon.Search(bouillon.Simplex(SNAPSHOTS), budget=20, reference_losses=newest)
    while not search.done():
        trial = search.suggest()                             # a ticket and its merge weights
        model = resident.merge(trial.merge_weights).numpy()  # one pass, one rounding
        search.observe(trial, losses_of(model["weight"]))    # paired with the newest's: mean and variance
    best = search.recommendation()                           # what can be counted on, not the luckiest trial
    print(f"newest loss {newest.mean():.3f}, found merge's loss {newest.mean() + best.loss:.2f}")


if __name__ == "__main__":
    main()
