# SPDX-License-Identifier: Apache-2.0
"""With Optuna, where it is installed."""
import math
import pickle
import statistics
import threading

import pytest

optuna = pytest.importorskip("optuna")

import bouillon  # noqa: E402
import bouillon.optuna  # noqa: E402
from bouillon.optuna import BouillonSampler  # noqa: E402
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution  # noqa: E402
from optuna.trial import TrialState, create_trial  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.WARNING)
UNIT = FloatDistribution(0, 1)


@pytest.fixture
def told(monkeypatch):
    """What each search was told, the last one last: lists of (point, loss, variance)."""
    searches = []

    class Recorded(bouillon.Search):
        def __init__(self, space, known=(), **options):
            searches.append([(tuple(one.point), one.loss, one.variance) for one in known])
            super().__init__(space, known=known, **options)

    monkeypatch.setattr(bouillon.optuna, "Search", Recorded)
    return searches


def a_study(sampler=None, **options):
    return optuna.create_study(sampler=sampler or BouillonSampler(seed=1), **options)


def added(study, parameters, value=None, distributions=None, **options):
    distributions = distributions or {name: UNIT for name in parameters}
    study.add_trial(create_trial(params=parameters, distributions=distributions, value=value, **options))


def bowl(trial):
    return (trial.suggest_float("x", 0, 1) - 0.3) ** 2 + (trial.suggest_float("y", 0, 1) - 0.6) ** 2


def points_of(study):
    return [(trial.params["x"], trial.params["y"]) for trial in study.trials]


def median_best(make_sampler, objective, trials, direction="minimize"):
    best = []
    for seed in (1, 2, 3):
        study = optuna.create_study(sampler=make_sampler(seed), direction=direction)
        study.optimize(objective, n_trials=trials)
        best.append(study.best_value)
    return statistics.median(best)


def test_a_study_comes_far_closer_to_the_minimum_than_at_random():
    def camel(trial):  # its minimum is -1.0316
        x, y = trial.suggest_float("x", -3, 3), trial.suggest_float("y", -2, 2)
        return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2

    assert median_best(lambda seed: BouillonSampler(seed, noise_free=True), camel, 40) < -1.0316 + 1e-3
    assert median_best(lambda seed: optuna.samplers.RandomSampler(seed), camel, 40) > -1.0316 + 0.05


def test_a_study_that_maximises_comes_far_closer_than_at_random():
    def score(trial):
        return -bowl(trial)

    assert median_best(BouillonSampler, score, 20, "maximize") > -1e-4
    assert median_best(lambda seed: optuna.samplers.RandomSampler(seed), score, 20, "maximize") < -1e-3


def test_every_kind_of_number_is_searched():
    def objective(trial):
        rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
        share = trial.suggest_float("share", 0, 1, step=0.1)
        batch = trial.suggest_int("batch", 1, 4096, log=True)
        layers = trial.suggest_int("layers", 1, 41, step=2)
        assert layers % 2 == 1 and abs(share * 10 - round(share * 10)) < 1e-8 and isinstance(batch, int)
        return ((math.log10(rate) + 3) ** 2 + 4 * (share - 0.7) ** 2 + (math.log2(batch / 32) / 4) ** 2 +
                (layers - 31) ** 2 / 400)

    assert median_best(BouillonSampler, objective, 40) < 0.05
    assert median_best(lambda seed: optuna.samplers.RandomSampler(seed), objective, 40) > 0.2


def test_what_is_searched_is_told_in_its_own_coordinates(told):
    study = a_study()
    added(study, {"rate": 1e-3, "share": 0.5, "batch": 32, "layers": 7}, 1.5,
          {"rate": FloatDistribution(1e-5, 1e-1, log=True), "share": FloatDistribution(0, 1, step=0.25),
           "batch": IntDistribution(1, 256, log=True), "layers": IntDistribution(1, 13, step=2)})
    trial = study.ask()
    trial.suggest_int("layers", 1, 13, step=2)
    assert told[-1] == [((32, 3, 1e-3, 2), 1.5, None)]  # by name; steps are counted


def test_integers_beyond_what_a_box_counts():
    study = a_study()
    study.optimize(lambda trial: math.log(trial.suggest_int("n", 1, 10**12, log=True)) +
                   trial.suggest_int("m", 0, 10**11) / 1e11, n_trials=8)
    assert all(isinstance(value, int) for trial in study.trials for value in trial.params.values())


def test_a_value_that_is_enqueued_is_learned_where_it_was_tried(told):
    study = a_study()
    study.optimize(bowl, n_trials=2)
    study.enqueue_trial({"y": 0.9})
    study.optimize(bowl, n_trials=2)
    assert points_of(study)[2][1] == 0.9
    assert [(point, loss) for point, loss, _ in told[-1]] == list(zip(points_of(study), [
        trial.value for trial in study.trials[:3]]))


def test_a_value_that_is_fixed_is_learned_where_it_was_tried(told):
    study = a_study()
    study.optimize(bowl, n_trials=2)
    with pytest.warns(optuna.exceptions.ExperimentalWarning):
        study.sampler = optuna.samplers.PartialFixedSampler({"y": 0.9}, study.sampler)
    study.optimize(bowl, n_trials=2)
    assert told[-1] == [((trial.params["x"],), trial.value, None) for trial in study.trials[:3]]
    study.sampler = BouillonSampler(seed=1)
    study.optimize(bowl, n_trials=1)
    assert [point for point, _, _ in told[-1]] == points_of(study)[:4]


@pytest.mark.filterwarnings("ignore:Fixed parameter")
def test_a_value_out_of_its_range_is_not_learned(told):
    study = a_study()
    study.optimize(bowl, n_trials=2)
    study.enqueue_trial({"x": 1.5, "y": 0.5})
    study.optimize(bowl, n_trials=2)
    assert [point for point, _, _ in told[-1]] == points_of(study)[:2]


def test_trials_that_were_added_are_learned_whenever(told):
    study = a_study()
    study.optimize(bowl, n_trials=3)
    added(study, {"x": 0.25, "y": 0.75}, 0.5)
    study.optimize(bowl, n_trials=1)
    assert told[-1][3] == ((0.25, 0.75), 0.5, None) and len(told[-1]) == 4


def test_noise_free_is_told_where_all_that_varies_is_searched(told):
    study = a_study(BouillonSampler(seed=1, noise_free=True))
    study.optimize(bowl, n_trials=3)
    assert {variance for _, _, variance in told[-1]} == {0.0}
    added(study, {"x": 0.2, "y": 0.2, "z": 0.2}, 0.5)
    study.optimize(bowl, n_trials=1)
    assert {variance for _, _, variance in told[-1]} == {None}


def test_losses_are_minimised_whatever_the_direction(told):
    study = a_study(direction="maximize")
    added(study, {"x": 0.5}, 3.0)
    study.ask().suggest_float("x", 0, 1)
    assert told[-1] == [((0.5,), -3.0, None)]


def test_pruned_trials_count_by_their_last_report_and_failures_as_worse_than_the_worst(told):
    study = a_study()
    added(study, {"x": 0.1}, 1.0)
    added(study, {"x": 0.2}, 3.0)
    added(study, {"x": 0.3}, state=TrialState.PRUNED, intermediate_values={1: 9.0, 5: 2.0})
    added(study, {"x": 0.4}, state=TrialState.PRUNED)
    added(study, {"x": 0.5}, state=TrialState.FAIL)
    added(study, {"x": 0.6}, math.inf)
    added(study, {"x": 0.7}, -math.inf)
    added(study, {"x": 0.8}, 1e300)
    study.ask().suggest_float("x", 0, 1)
    assert [loss for _, loss, _ in told[-1]] == [1, 3, 2, 4, 4, 4, 1, 4]


def test_values_that_are_no_numbers_end_no_study():
    values = iter([math.inf, math.nan, -math.inf, 1.0, math.inf, 2.0, 1e308, 0.5])
    study = a_study()
    study.optimize(lambda trial: bowl(trial) * 0 + next(values), n_trials=8)
    assert len({*points_of(study)}) == 8


def test_a_study_in_which_all_fails_goes_elsewhere():
    study = a_study()
    added(study, {"x": 0.5, "y": 0.5}, math.inf)
    study.optimize(lambda trial: 1 / 0 if bowl(trial) else None, n_trials=6, catch=ZeroDivisionError)
    assert len({*points_of(study)}) == 7


def test_trials_that_fail_are_avoided():
    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        if x > 0.5:
            raise ValueError
        return (x - 0.45) ** 2

    study = a_study()
    study.optimize(objective, n_trials=20, catch=ValueError)
    assert study.best_value < 1e-3
    assert sum(trial.state == TrialState.FAIL for trial in study.trials) < 6  # of 10 at random


def test_several_trials_out_are_known_and_keep_apart(told):
    study = a_study()
    study.optimize(bowl, n_trials=8)
    out = [study.ask() for _ in range(4)]
    points = [(trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)) for trial in out]
    assert [point for point, _, _ in told[-1]] == points_of(study)[:8] + points[:3]
    assert min(math.dist(a, b) for a in points for b in points if a is not b) > 1e-3
    for trial, (x, y) in zip(reversed(out), reversed(points)):
        study.tell(trial, x + y)
    study.optimize(bowl, n_trials=1)
    assert [loss for _, loss, _ in told[-1][8:]] == [x + y for x, y in points]


def test_a_trial_is_known_before_its_objective_asks_for_all_of_it(told):
    study = a_study()
    study.optimize(bowl, n_trials=3)
    first, second = study.ask(), study.ask()
    x = first.suggest_float("x", 0, 1)
    second.suggest_float("x", 0, 1)
    assert told[-1][3][0] == (x, first.suggest_float("y", 0, 1))


def test_a_trial_that_waits_is_known(told):
    study = a_study()
    study.optimize(bowl, n_trials=3)
    trial = study.ask()
    study.enqueue_trial({"x": 0.3, "y": 0.6})
    trial.suggest_float("x", 0, 1)
    assert told[-1][3][0] == (0.3, 0.6)


def storage_at(path):
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    return JournalStorage(JournalFileBackend(str(path)))


def test_two_workers_on_one_storage_learn_from_each_other(told, tmp_path):
    name = optuna.create_study(storage=storage_at(tmp_path / "journal"), study_name="one").study_name
    workers = [optuna.load_study(study_name=name, storage=storage_at(tmp_path / "journal"),
                                 sampler=BouillonSampler(seed=seed)) for seed in (1, 1)]
    for _ in range(6):  # both have a trial out at once
        out = [worker.ask() for worker in workers]
        losses = [bowl(trial) for trial in out]
        for worker, trial, loss in zip(workers, out, losses):
            worker.tell(trial, loss)
    points = points_of(workers[0])
    assert len(points) == len({*points}) == 12
    assert [point for point, _, _ in told[-1]] == points[:11]
    assert [loss for _, loss, _ in told[-1][:10]] == [trial.value for trial in workers[1].trials[:10]]


def test_a_new_sampler_for_each_trial_searches_as_one_for_all():
    study = a_study(optuna.samplers.RandomSampler(seed=1))
    for _ in range(20):
        study.sampler = BouillonSampler(noise_free=True)
        study.optimize(bowl, n_trials=1)
    assert study.best_value < 1e-4


def test_one_sampler_serves_two_studies():
    sampler = BouillonSampler(seed=1)
    for objective in (bowl, lambda trial: trial.suggest_float("z", 0, 9)):
        study = a_study(sampler)
        study.optimize(objective, n_trials=6)
        assert len(study.trials) == 6


def test_two_threads(told):
    met = threading.Barrier(2, timeout=60)

    def objective(trial):
        loss = bowl(trial)
        met.wait()  # both have their parameters
        return loss

    study = a_study(BouillonSampler(seed=1))
    study.optimize(objective, n_trials=12, n_jobs=2)
    assert len({*points_of(study)}) == 12
    assert any(len(known) >= 11 for known in told)  # ten have ended and one runs


def test_a_pickled_sampler_goes_on_as_the_one_it_was():
    study = a_study(BouillonSampler(seed=3))
    study.optimize(bowl, n_trials=8)
    resumed = optuna.create_study(sampler=pickle.loads(pickle.dumps(study.sampler)))
    resumed.add_trials(study.trials)
    for one in (study, resumed):
        one.optimize(bowl, n_trials=2)
    assert len({*points_of(study)}) == 10 == len({*points_of(resumed)})
    same = pickle.loads(pickle.dumps(study.sampler))
    again = [optuna.create_study(sampler=sampler) for sampler in (study.sampler, same)]
    for one in again:
        one.optimize(bowl, n_trials=6)
    assert points_of(again[0]) == points_of(again[1])


def test_a_seed_tells_all_and_none_draws_one():
    def trials_of(seed):
        study = a_study(BouillonSampler(seed=seed))
        study.optimize(bowl, n_trials=6)
        return points_of(study)

    assert trials_of(5) == trials_of(5) != trials_of(6)
    assert len({tuple(trials_of(None)) for _ in range(3)}) == 3


@pytest.mark.parametrize("options", [{"seed": -1}, {"seed": "one"}, {"kernel": "no"}, {"acquisition": "no"}])
def test_what_cannot_be_used_is_refused_when_a_sampler_is_made(options):
    with pytest.raises(bouillon.InputError):
        BouillonSampler(**options)


def test_a_study_of_two_values_is_refused():
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=BouillonSampler())
    with pytest.raises(ValueError, match="one value"):
        study.optimize(lambda trial: (trial.suggest_float("x", 0, 1), 0), n_trials=1)


def test_a_space_of_few_points_is_tried_whole_and_then_where_it_may_be_best():
    for noise_free in (False, True):
        study = a_study(BouillonSampler(seed=1, noise_free=noise_free))
        study.optimize(lambda trial: trial.suggest_int("a", 0, 2), n_trials=8)
        tried = [trial.params["a"] for trial in study.trials]
        assert {*tried[:3]} == {0, 1, 2} and tried[3:].count(0) >= 3


def test_conditional_parameters_are_searched_as_far_as_all_trials_have_them(told):
    def objective(trial):
        loss = (trial.suggest_float("x", 0, 1) - 0.3) ** 2
        if trial.suggest_categorical("shape", ["round", "square"]) == "square":
            loss += trial.suggest_float("edge", 0, 0.1)
        return loss

    study = a_study(BouillonSampler(seed=1, noise_free=True))
    study.optimize(objective, n_trials=20)
    shapes = [trial.params["shape"] for trial in study.trials]
    assert 3 < shapes.count("square") < 17
    assert told[-1] == [((trial.params["x"],), trial.value, None) for trial in study.trials[:-1]]
    assert abs(study.best_params["x"] - 0.3) < 0.05


def test_a_range_that_grows_is_drawn_at_random_and_the_others_are_searched(told):
    def objective(trial):
        y = trial.suggest_float("y", 0, 1 + trial.number)
        return (trial.suggest_float("x", 0, 1) - 0.3) ** 2 + 0 * y

    study = a_study()
    study.optimize(objective, n_trials=12)
    assert [point for point, _, _ in told[-1]] == [(trial.params["x"],) for trial in study.trials[:-1]]
    assert max(trial.params["y"] for trial in study.trials) > 2
    assert study.best_value < 1e-3


def test_categories_alone_are_drawn():
    study = a_study()
    study.optimize(lambda trial: trial.suggest_categorical("c", [0, 1]), n_trials=10)
    assert {trial.params["c"] for trial in study.trials} == {0, 1}
    added(study, {"c": 1}, 0.0, {"c": CategoricalDistribution([0, 1])})
    study.optimize(lambda trial: trial.suggest_categorical("c", [0, 1]), n_trials=1)


def test_with_a_pruner_that_splits_the_study():
    def objective(trial):
        loss = bowl(trial)
        for step in range(1, 10):
            trial.report(loss + 1 / step, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return loss

    study = a_study(pruner=optuna.pruners.HyperbandPruner(1, 9))
    study.optimize(objective, n_trials=25)
    assert len({*points_of(study)}) == 25
