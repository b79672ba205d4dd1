#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs other Bayesian optimizers on the problems of bench_regret: the same functions, designs, budgets and noise.

    bench_regret --protocol protocol.json
    peers.py --program build/bench/benchmarks/bench_regret --protocol protocol.json --output peers.jsonl \
             --peers optuna,botorch --functions branin,simplex4 --noise 0,0.05 --seeds 30
    peers.py --table ours.jsonl peers.jsonl

On the BBOB functions, as COCO has them:

    bench_regret --functions bbob --noise 0 --seeds 3 --output ours.jsonl --processes 0
    bench_regret --functions bbob --seeds 3 --protocol bbob.json
    peers.py --protocol bbob.json --output peers.jsonl --peers optuna,cma,sobol --functions bbob --noise 0 --seeds 3

With several trials out, as workers have them:

    bench_regret --functions hartmann6,simplex8_face --noise 0 --out 8 --output ours.jsonl
    peers.py --output peers.jsonl --peers optuna,tpe,botorch --functions hartmann6,simplex8_face --noise 0 --out 1,8
    peers.py --out-table ours.jsonl peers.jsonl

Writes one JSON object a run, as bench_regret does, and skips the runs that the output already holds. requirements.txt
has the versions. Every system is used as its documentation says, with its defaults, on one thread; where it can be told
the variance of the noise, it is.
"""
import argparse
import bisect
import csv
import itertools
import json
import os
import shlex
import subprocess
import sys
import time
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is imported

import numpy as np  # noqa: E402


class Problem:
    """One seed of one function. `points`: (ended so far, d), the user's coordinates; `losses`: with noise; `pending`:
    (out now, d)."""

    def __init__(self, function, seed, noise, deviation):
        self.function, self.seed, self.noise, self.deviation = function, seed, noise, deviation
        given = next(problem for problem in function["problems"] if problem["seed"] == seed)
        self.design = np.array(given["design"])  # (n0, d)
        self.normals = given["normals"]  # (budget)
        self.lengths = given["lengths"]  # (budget), of the trials in virtual time
        self.simplex = function["simplex"]
        self.dimension = function["dimension"]
        self.lower = np.zeros(self.dimension) if self.simplex else np.array(function["lower"])
        self.upper = np.ones(self.dimension) if self.simplex else np.array(function["upper"])
        self.points, self.losses, self.pending = [], [], []

    # Systems that know only boxes see a simplex through the uniform stick-breaking map.

    @property
    def box_dimension(self):
        return self.dimension - 1 if self.simplex else self.dimension

    def to_box(self, point):
        """Unit coordinates of a point."""
        if not self.simplex:
            return np.clip((point - self.lower) / (self.upper - self.lower), 0, 1)
        unit, left = [], 1.0
        for k, weight in enumerate(point[:-1]):
            unit.append((1 - weight / left) ** (self.dimension - 1 - k) if left > 1e-12 else 0.5)
            left -= weight
        return np.clip(unit, 0, 1)

    def from_box(self, unit):
        if not self.simplex:
            return self.lower + np.asarray(unit) * (self.upper - self.lower)
        weights, left = [], 1.0
        for k, u in enumerate(unit):
            kept = u ** (1 / (self.dimension - 1 - k))
            weights.append(left * (1 - kept))
            left *= kept
        return np.array(weights + [left])


# A system is made for a problem whose design has been evaluated. `suggest()` gives the next point, `tell(point, loss)`
# ends one that `suggest()` gave, `recommend()` gives the answer: what the system itself would report as the best. One
# with `several_out` may be asked again before it is told.


class System:
    several_out = False

    def __init__(self, problem):
        self.problem = problem

    def tell(self, point, loss):
        pass

    def recommend(self):
        return self.problem.points[int(np.argmin(self.problem.losses))]


class Sobol(System):
    several_out = True

    def __init__(self, problem):
        super().__init__(problem)
        from scipy.stats import qmc

        self.sequence = qmc.Sobol(problem.box_dimension, scramble=True, rng=problem.seed)

    def suggest(self):
        return self.problem.from_box(self.sequence.random(1)[0])


class Optuna(System):
    several_out = True

    def __init__(self, problem):
        super().__init__(problem)
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.study = optuna.create_study(sampler=self.sampler(optuna.samplers))
        self.asked = {}  # point: its trials, several where it is asked for again while it is out
        self.distributions = {
            f"x{i:02}": optuna.distributions.FloatDistribution(0.0, 1.0) for i in range(problem.box_dimension)
        }
        for point, loss in zip(problem.points, problem.losses):
            parameters = dict(zip(self.distributions, map(float, problem.to_box(point))))
            self.study.add_trial(
                optuna.trial.create_trial(params=parameters, distributions=self.distributions, value=loss)
            )

    def sampler(self, samplers):
        problem = self.problem
        return samplers.GPSampler(
            seed=problem.seed, n_startup_trials=len(problem.design), deterministic_objective=problem.deviation == 0
        )

    def suggest(self):
        trial = self.study.ask(self.distributions)
        point = self.problem.from_box([trial.params[name] for name in self.distributions])
        self.asked.setdefault(tuple(point), []).append(trial)
        return point

    def tell(self, point, loss):
        self.study.tell(self.asked[tuple(point)].pop(0), loss)


class Tpe(Optuna):
    def sampler(self, samplers):
        return samplers.TPESampler(
            seed=self.problem.seed, n_startup_trials=len(self.problem.design), constant_liar=True
        )


class Cma(System):
    """From the best point of the design, with a step of a fifth of the box."""

    def __init__(self, problem):
        super().__init__(problem)
        import cma

        best = problem.points[int(np.argmin(problem.losses))]
        options = {"bounds": [0, 1], "seed": problem.seed + 1, "verbose": -9}  # a seed of 0 is the time of day
        self.strategy = cma.CMAEvolutionStrategy(problem.to_box(best), 0.2, options)
        self.population, self.population_losses = [], []

    def suggest(self):
        if len(self.population_losses) == len(self.population):
            self.population, self.population_losses = self.strategy.ask(), []
        return self.problem.from_box(self.population[len(self.population_losses)])

    def tell(self, point, loss):
        self.population_losses.append(float(loss))
        if len(self.population_losses) == len(self.population):
            self.strategy.tell(self.population, self.population_losses)


class ScikitOptimize(System):
    def __init__(self, problem):
        super().__init__(problem)
        import skopt

        self.optimizer = skopt.Optimizer(
            [(0.0, 1.0)] * problem.box_dimension, n_initial_points=len(problem.design), random_state=problem.seed
        )
        self.pending = [
            [list(problem.to_box(point)) for point in problem.points],
            [float(loss) for loss in problem.losses],
        ]

    def suggest(self):
        if self.pending:  # the first fit counts as part of the first suggestion, as every other does
            self.optimizer.tell(*self.pending)
            self.pending = None
        self.unit = self.optimizer.ask()
        return self.problem.from_box(self.unit)

    def tell(self, point, loss):
        self.optimizer.tell(self.unit, float(loss))


class BayesOpt(System):
    def __init__(self, problem):
        super().__init__(problem)
        from bayes_opt import BayesianOptimization

        self.names = [f"x{i:02}" for i in range(problem.box_dimension)]
        self.optimizer = BayesianOptimization(
            None,
            {name: (0.0, 1.0) for name in self.names},
            random_state=problem.seed,
            verbose=0,
            allow_duplicate_points=True,
        )
        for point, loss in zip(problem.points, problem.losses):
            self.tell(point, loss)

    def suggest(self):
        if self.problem.deviation > 0:  # its noise variance is that of the standardised losses
            self.optimizer.set_gp_params(alpha=float((self.problem.deviation / np.std(self.problem.losses)) ** 2))
        suggested = self.optimizer.suggest()
        return self.problem.from_box([suggested[name] for name in self.names])

    def tell(self, point, loss):
        self.optimizer.register(dict(zip(self.names, self.problem.to_box(point))), -loss)


class BoTorch(System):
    """SingleTaskGP with LogEI, or qLogEI while trials are out, or with qLogNEI and the known variance; the simplex by
    its equality constraint."""

    several_out = True

    def __init__(self, problem):
        super().__init__(problem)
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(problem.seed)
        self.torch = torch

    def unit(self, points):
        return self.torch.tensor((np.array(points) - self.problem.lower) / (self.problem.upper - self.problem.lower))

    def fitted_model(self):
        from botorch.fit import fit_gpytorch_mll
        from botorch.models import SingleTaskGP
        from gpytorch.mlls import ExactMarginalLogLikelihood

        problem = self.problem
        self.x = self.unit(problem.points)
        self.y = -self.torch.tensor(np.array(problem.losses)).unsqueeze(-1)
        variance = self.torch.full_like(self.y, problem.deviation**2) if problem.deviation > 0 else None
        model = SingleTaskGP(self.x, self.y, variance)
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        return model

    def suggest(self):
        from botorch.acquisition import LogExpectedImprovement
        from botorch.acquisition.logei import qLogExpectedImprovement, qLogNoisyExpectedImprovement
        from botorch.optim import optimize_acqf

        torch, d = self.torch, self.problem.dimension
        model = self.fitted_model()
        pending = self.unit(self.problem.pending) if self.problem.pending else None
        if self.problem.deviation > 0:
            acquisition = qLogNoisyExpectedImprovement(
                model, X_baseline=self.x, prune_baseline=True, X_pending=pending
            )
        elif pending is not None:
            acquisition = qLogExpectedImprovement(model, best_f=self.y.max(), X_pending=pending)
        else:
            acquisition = LogExpectedImprovement(model, best_f=self.y.max())
        sum_is_one = [(torch.arange(d), torch.ones(d, dtype=torch.double), 1.0)] if self.problem.simplex else None
        bounds = torch.stack([torch.zeros(d), torch.ones(d)]).double()
        found, _ = optimize_acqf(
            acquisition, bounds, q=1, num_restarts=10, raw_samples=512, equality_constraints=sum_is_one
        )
        unit = found[0].detach().numpy()
        if self.problem.simplex:  # it keeps the sum to about 1e-8
            unit = np.clip(unit, 0, 1) / np.clip(unit, 0, 1).sum()
        return self.problem.lower + unit * (self.problem.upper - self.problem.lower)

    def recommend(self):
        mean = self.fitted_model().posterior(self.x).mean
        return self.problem.points[int(mean.argmax())]


OURS = "bouillon"
SYSTEMS = {
    "sobol": Sobol,
    "cma": Cma,
    "optuna": Optuna,
    "tpe": Tpe,
    "bayes_opt": BayesOpt,
    "skopt": ScikitOptimize,
    "botorch": BoTorch,
}


class Server:
    """The program that knows the functions: a point a line in, a value a line out."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, point):
        self.process.stdin.write(json.dumps([float(x) for x in point]) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Trials:
    """The trials of a run in virtual time, in which nothing but a trial takes any. `value`: the function without
    noise."""

    def __init__(self, problem, value):
        self.problem, self.value, self.values, self.now = problem, value, [], 0.0
        self.running = []  # (when it ends, point, loss, whether the system suggested it), by the first

    def begin(self, point, is_suggested):
        problem, n = self.problem, len(self.values)
        self.values.append(self.value(point))
        loss = self.values[-1] + problem.deviation * problem.normals[n]
        problem.pending.append(np.array(point))
        trial = (self.now + problem.lengths[n], problem.pending[-1], loss, is_suggested)
        bisect.insort(self.running, trial, key=lambda one: one[0])

    def end_one(self):
        """The point and the loss of a trial, and whether the system suggested it."""
        self.now, point, loss, is_suggested = self.running.pop(0)
        self.problem.pending = [one for one in self.problem.pending if one is not point]
        self.problem.points.append(point)
        self.problem.losses.append(loss)
        return point, loss, is_suggested


def suggest_or_draw(system, problem, random):
    """A point, and whether it was suggested: a crash costs a random point."""
    try:
        return system.suggest(), True
    except Exception as error:
        print(f"{type(system).__name__}: {type(error).__name__}: {error}", file=sys.stderr)
        return problem.from_box(random.random(problem.box_dimension)), False


def run(name, problem, value, out=1):
    """One run, as bench_regret writes it, with `out` trials at a time once the design has ended."""
    minimum = problem.function["minimum"]
    trials, seconds, failures = Trials(problem, value), [], 0
    for point in problem.design:
        trials.begin(point, False)
        trials.end_one()
    system = SYSTEMS[name](problem)
    random = np.random.default_rng(problem.seed)
    while len(trials.values) < problem.function["budget"]:
        before = time.process_time()
        point, is_suggested = suggest_or_draw(system, problem, random)
        spent = time.process_time() - before
        trials.begin(point, is_suggested)
        while len(trials.running) >= out:
            ended, loss, was_suggested = trials.end_one()
            before = time.process_time()
            if was_suggested:
                system.tell(ended, loss)
            spent += time.process_time() - before
        failures += not is_suggested
        if is_suggested:
            seconds.append(spent)
    while trials.running:
        ended, loss, was_suggested = trials.end_one()
        if was_suggested:
            system.tell(ended, loss)

    values = trials.values
    regrets = np.maximum(np.minimum.accumulate(values) - minimum, 0)
    n0 = len(problem.design)
    reached = np.flatnonzero(regrets <= 0.01 * (max(values[:n0]) - min(values[:n0])))
    return {
        "system": name,
        "function": problem.function["function"],
        "noise": problem.noise,
        "seed": problem.seed,
        "budget": len(values),
        "regret": regrets[-1],
        "recommended_regret": max(value(system.recommend()) - minimum, 0),
        "area": float(np.mean(np.log10(np.maximum(regrets[n0 - 1 :], 1e-12)))),
        "evaluations_to_hundredth": int(reached[0]) + 1 if len(reached) else None,
        "cpu_per_suggestion": float(np.mean(seconds)) if seconds else 0,
        "failures": failures,
        "out": out,
        "trajectory": list(regrets),
    }


def key(record):
    return record["system"], record["function"], record["noise"], record["seed"], record.get("out", 1)


def read_runs(paths):
    runs = {}
    for path in paths:
        if os.path.exists(path):
            with open(path) as lines:
                for line in lines:
                    record = json.loads(line)
                    runs[key(record)] = record
    return runs


def deviation_of(function, noise):
    if noise == "own":
        return function["own_noise"] or None
    return float(noise) * function["standard_deviation"]


def run_all(arguments):
    with open(arguments.protocol) as file:
        functions = {function["function"]: function for function in json.load(file)}
    chosen = [
        function
        for wanted in arguments.functions or [""]
        for name, function in functions.items()
        if name == wanted or (wanted not in functions and name.startswith(wanted))
    ]
    done = read_runs([arguments.output])
    for name in arguments.peers:  # a first run also loads libraries
        run(name, Problem({**chosen[0], "budget": len(chosen[0]["problems"][0]["design"]) + 1}, 0, "0", 0), lambda _: 0.0)
    for function in chosen:
        server = Server([*shlex.split(arguments.program), "--evaluate", function["function"]])
        for noise in arguments.noise:
            deviation = deviation_of(function, noise)
            if deviation is None:
                continue
            seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
            for seed, name, out in itertools.product(seeds, arguments.peers, arguments.out):
                if (name, function["function"], noise, seed, out) in done:
                    continue
                record = run(name, Problem(function, seed, noise, deviation), server, out)
                with open(arguments.output, "a") as file:
                    file.write(json.dumps(record) + "\n")
        server.close()


# ---- tables


def regret_of(record):
    """Of the best evaluated point without noise, of the recommended one with noise."""
    return record["regret" if record["noise"] == "0" else "recommended_regret"]


def wilcoxon(ours, theirs):
    """Two-sided p of the paired signed-rank test on log regrets, 1 where all pairs are equal."""
    from scipy.stats import wilcoxon as signed_rank

    difference = np.log10(np.maximum(ours, 1e-12)) - np.log10(np.maximum(theirs, 1e-12))
    return 1.0 if not np.any(difference) else float(signed_rank(difference).pvalue)


def holm(p_values):
    """Adjusted p-values, in the order given."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(np.argsort(p_values)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def ordered(values, first=()):
    found = list(dict.fromkeys(values))
    return [value for value in first if value in found] + [value for value in found if value not in first]


def print_row(*cells):
    print("| " + " | ".join(cells) + " |")


def print_head(*cells):
    print_row(*cells)
    print("|---" * len(cells) + "|")


class Runs:
    """The runs of some files with one trial at a time, by system, function and noise, then by seed."""

    def __init__(self, paths):
        self.cells = {}
        for (system, function, noise, seed, out), record in read_runs(paths).items():
            if out == 1:
                self.cells.setdefault((system, function, noise), {})[seed] = record
        names = [ordered(values) for values in zip(*self.cells)]
        self.systems = ordered(
            names[0], [OURS, OURS + "_plain", "botorch", "optuna", "skopt", "bayes_opt", "cma", "sobol", "random", "sweep"]
        )
        self.functions, self.noises = names[1], ordered(names[2], ["0", "0.01", "0.05", "own"])

    def __call__(self, system, function, noise):
        return self.cells.get((system, function, noise), {})

    def seeds_ours_is_lower(self, system, function, noise):
        """In how many seeds our regret is the lower one, and how many seeds both have."""
        ours, theirs = self(OURS, function, noise), self(system, function, noise)
        common = set(ours) & set(theirs)
        return sum(regret_of(ours[seed]) < regret_of(theirs[seed]) for seed in common), len(common)

    def verdicts(self):
        """(system, function, noise) -> "▼" where our regret is lower, "▲" where it is higher, "" where neither is sure.

        Seeds that both have, six or more; Holm's correction over the functions of one system and noise level."""
        verdicts = {}
        for system in self.systems:
            for noise in self.noises:
                tests = []
                for function in self.functions:
                    ours, theirs = self(OURS, function, noise), self(system, function, noise)
                    seeds = sorted(set(ours) & set(theirs))
                    if system != OURS and len(seeds) >= 6:
                        pair = [np.array([regret_of(cell[seed]) for seed in seeds]) for cell in (ours, theirs)]
                        tests.append((function, wilcoxon(*pair), np.median(pair[0]) <= np.median(pair[1])))
                for (function, _, lower), p in zip(tests, holm([p for _, p, _ in tests])):
                    verdicts[system, function, noise] = ("▼" if lower else "▲") if p <= 0.05 else ""
        return verdicts


def print_tables(paths):
    runs = Runs(paths)
    verdicts = runs.verdicts()
    for noise in runs.noises:
        print(f"\nNoise {noise}: median regret [quartiles], seeds in which ours is lower\n")
        print_head("function", *runs.systems, f"worst of {OURS}")
        for function in runs.functions:
            row, worst = [], ""
            for system in runs.systems:
                regrets = [regret_of(record) for record in runs(system, function, noise).values()]
                low, middle, high = np.quantile(regrets, [0.25, 0.5, 0.75]) if regrets else (0, 0, 0)
                cell = f"{middle:.1e} [{low:.1e}, {high:.1e}] "
                if system == OURS and regrets:
                    worst = f"{max(regrets):.1e}"
                    cell += f"({len(regrets)})"
                else:
                    lower, common = runs.seeds_ours_is_lower(system, function, noise)
                    cell += f"{lower}/{common} " + verdicts.get((system, function, noise), "")
                row.append(cell.strip() if regrets else "")
            if any(row):
                print_row(function, *row, worst)

    print("\nMilliseconds of CPU per suggestion, mean over the runs without noise, and with noise\n")
    print_head("function", *runs.systems)
    for function in runs.functions:
        row = []
        for system in runs.systems:
            parts = []
            for noises in (["0"], runs.noises):
                times = [r["cpu_per_suggestion"] for n in noises for r in runs(system, function, n).values()
                         if (n == "0") == (noises == ["0"])]  # fmt: skip
                parts.append(f"{1e3 * np.mean(times):.3g}" if times else "-")
            row.append(", ".join(parts))
        print_row(function, *row)

    print("\nAgainst each system: functions and noise levels that ours wins (▼), ties, loses (▲)\n")
    print_head("system", "wins", "ties", "losses")
    for system in runs.systems:
        marks = [mark for (other, _, _), mark in verdicts.items() if other == system]
        if marks:
            print_row(system, *(str(marks.count(mark)) for mark in ("▼", "", "▲")))


def print_pairs(paths):
    """Run by run, whatever the function: how often one is lower by more than 0.05 decades; below 1e-8 all are alike."""
    from scipy.stats import binomtest

    runs = Runs(paths)
    print("\nAgainst each system, run by run: ours lower, as low, higher; sign test; mean difference in decades\n")
    print_head("system", "noise", "lower", "as low", "higher", "p", "decades")
    for system in runs.systems:
        for noise in runs.noises:
            differences = []
            for function in runs.functions:
                ours, theirs = runs(OURS, function, noise), runs(system, function, noise)
                for seed in set(ours) & set(theirs):
                    pair = [np.log10(max(regret_of(cell[seed]), 1e-8)) for cell in (ours, theirs)]
                    differences.append(pair[0] - pair[1])
            if system == OURS or not differences:
                continue
            lower, higher = sum(d < -0.05 for d in differences), sum(d > 0.05 for d in differences)
            p = binomtest(lower, lower + higher).pvalue if lower + higher else 1.0
            counts = (lower, len(differences) - lower - higher, higher)
            print_row(system, noise, *map(str, counts), f"{p:.2g}", f"{np.mean(differences):+.2f}")


def print_trials(paths, within):
    """Trials until the best loss so far is within so much of the lowest that any run of the files found."""
    runs = Runs(paths)
    print_head("task", "lowest loss known", *runs.systems)
    for function in runs.functions:
        trajectories = {
            system: [record["trajectory"] for record in runs(system, function, "0").values()]
            for system in runs.systems
        }
        lowest = min(t[-1] for all_seeds in trajectories.values() for t in all_seeds)
        row = []
        for system in runs.systems:
            trials = [
                int(np.argmax(np.array(t) <= lowest + within)) + 1 if t[-1] <= lowest + within else np.inf
                for t in trajectories[system]
            ]
            if not trials:
                row.append("")
                continue
            missed = sum(np.isinf(trials))
            low, middle, high = ("never" if np.isinf(q) else f"{q:g}" for q in
                                 np.quantile(trials, [0.25, 0.5, 0.75], method="higher"))  # fmt: skip
            row.append(f"{middle} [{low}, {high}] ({len(trials)}" + (f", {missed} never)" if missed else ")"))
        print_row(function, f"{lowest:.4f}", *row)


def trials_of_one(regrets, trajectories):
    """After how many trials one at a time have as low a median regret."""
    as_low = np.median(trajectories, axis=0) <= np.median(regrets)
    return int(np.argmax(as_low)) + 1 if as_low.any() else f">{len(as_low)}"


def decades_above(many, one):
    """Mean over pairs of runs; below 1e-8 all regrets are alike."""
    return np.mean([np.log10(max(regret_of(a), 1e-8) / max(regret_of(b), 1e-8)) for a, b in zip(many, one)])


def print_out(paths):
    """A row for each number of trials out: the regrets; by how many decades they lie above those of one at a time, and
    how many trials one at a time are as good; on how many of the seeds that both ran ours is lower."""
    cells = {}
    for (system, function, noise, seed, out), record in read_runs(paths).items():
        cells.setdefault((noise, function, system, out), {})[seed] = record
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["noise", "function", "system", "out", "median", "lower_quartile", "upper_quartile", "seeds",
                     "decades_above_one", "trials_of_one", "bouillon_lower", "of_seeds"])  # fmt: skip
    for (noise, function, system, out), runs in sorted(cells.items()):
        low, middle, high = np.quantile([regret_of(record) for record in runs.values()], [0.25, 0.5, 0.75])
        row = [noise, function, system, out, f"{middle:.1e}", f"{low:.1e}", f"{high:.1e}", len(runs)]
        single, ours = (cells.get((noise, function, *cell), {}) for cell in ((system, 1), (OURS, out)))
        seeds = sorted(set(runs) & set(single))
        many, one = [runs[seed] for seed in seeds], [single[seed] for seed in seeds]
        is_compared = seeds and out > 1
        row.append(f"{decades_above(many, one):.2f}" if is_compared else "")
        row.append(trials_of_one([record["regret"] for record in many], [record["trajectory"] for record in one])
                   if is_compared and noise == "0" else "")  # fmt: skip
        both = set(runs) & set(ours) if system != OURS else set()
        row.append(sum(regret_of(ours[seed]) < regret_of(runs[seed]) for seed in both) if both else "")
        writer.writerow([*row, len(both) or ""])


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--program", default="build/bench/benchmarks/bench_regret")
    parser.add_argument("--protocol", default="protocol.json")
    parser.add_argument("--output", default="peers.jsonl")
    parser.add_argument("--peers", type=names, default=list(SYSTEMS))
    parser.add_argument("--functions", type=names, help="names or their beginnings; without it, all")
    parser.add_argument("--noise", type=names, default=["0", "0.01", "0.05", "own"])
    parser.add_argument("--out", type=lambda text: list(map(int, text.split(","))), default=[1], help="trials at a time")
    parser.add_argument("--seeds", type=int, default=30, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--table", nargs="+", metavar="FILE", help="print tables of runs instead")
    parser.add_argument("--within", type=float, help="with --table: the trials to come so close to the lowest known")
    parser.add_argument("--out-table", nargs="+", metavar="FILE", help="print rows of runs by trials at a time instead")
    arguments = parser.parse_args()
    one_by_one = [name for name in arguments.peers if not SYSTEMS[name].several_out]
    if one_by_one and max(arguments.out) > 1:
        parser.error(f"--out: {', '.join(one_by_one)} can have one trial at a time alone")
    if arguments.out_table:
        print_out(arguments.out_table)
    elif arguments.table and arguments.within:
        print_trials(arguments.table, arguments.within)
    elif arguments.table:
        print_tables(arguments.table)
        print_pairs(arguments.table)
    else:
        run_all(arguments)


if __name__ == "__main__":
    main()
