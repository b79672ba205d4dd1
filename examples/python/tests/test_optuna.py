# SPDX-License-Identifier: Apache-2.0
"""With Optuna, where it is installed."""
import math

import pytest

optuna = pytest.importorskip("optuna")

from bouillon.optuna import BouillonSampler  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.WARNING)


def test_a_study_comes_to_the_minimum():
    study = optuna.create_study(sampler=BouillonSampler(noise_free=True))
    study.optimize(lambda trial: sum((trial.suggest_float(name, -5, 5) - 2) ** 2 for name in "xy"), n_trials=20)
    assert study.best_value < 0.05


def test_a_study_that_maximises():
    study = optuna.create_study(direction="maximize", sampler=BouillonSampler())
    study.optimize(lambda trial: -abs(trial.suggest_float("x", 0, 1) - 0.3), n_trials=15)
    assert study.best_value > -0.05


def test_every_kind_of_parameter():
    def objective(trial):
        rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
        layers = trial.suggest_int("layers", 1, 12, step=2)
        batch = trial.suggest_int("batch", 1, 256, log=True)
        share = trial.suggest_float("share", 0, 1, step=0.25)
        shape = trial.suggest_categorical("shape", ["a", "b"])
        assert layers % 2 == 1 and share in (0, 0.25, 0.5, 0.75, 1) and 1 <= batch <= 256
        return abs(math.log10(rate) + 3) + layers / 12 + abs(batch - 32) / 256 + share + (shape == "b")

    study = optuna.create_study(sampler=BouillonSampler())
    study.optimize(objective, n_trials=20)
    assert len(study.trials) == 20 and study.best_value < 3


def test_trials_that_fail_and_that_are_pruned():
    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        if x > 0.9:
            raise optuna.TrialPruned
        if x > 0.8:
            raise ValueError
        return (x - 0.5) ** 2

    study = optuna.create_study(sampler=BouillonSampler())
    study.optimize(objective, n_trials=15, catch=ValueError)
    assert study.best_value < 0.05


def test_several_trials_out_and_a_study_that_was_begun_before():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5)
    study.sampler = BouillonSampler()
    out = [study.ask() for _ in range(3)]
    points = [trial.suggest_float("x", 0, 1) for trial in out]
    assert len(set(points)) == 3
    for trial, x in zip(reversed(out), reversed(points)):
        study.tell(trial, x)
    assert len(study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))) == 8
