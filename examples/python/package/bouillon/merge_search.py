# SPDX-License-Identifier: Apache-2.0
"""The whole job: a search of merges from the newest checkpoint's losses to the verdict."""
import html
import inspect
import json
import time

from bouillon import _core
from bouillon._arguments import InputError, is_number, name_of, path, real, reals, shown, text, whole
from bouillon.checkpoints import Run
from bouillon.resident import Resident
from bouillon.spaces import Affine, Interval, Schedule, Simplex

THIRD = 1 / 3  # of the documents, set aside to confirm what is found
SPACES = {Interval: ("interval", {"alpha": "lower"}), Simplex: ("simplex", {}),
          Affine: ("affine", {"lower": "lower", "upper": "upper"}), Schedule: ("schedule", {"step": "largest_step"})}


class MergeSearchResult:
    """What a search of merges came to: `print(result)` has the table and the decision, a notebook also the plots."""

    def __init__(self, answer):
        self._answer = answer

    def __str__(self):
        return self._answer.text

    def __repr__(self):
        return f"<bouillon.MergeSearchResult: {'use the found merge' if self.merge else 'keep the newest'}>"

    def _repr_html_(self):
        return (f'<iframe srcdoc="{html.escape(self._answer.page)}" width="100%" height="900" '
                'style="border:0"></iframe>')

    @property
    def page(self):
        """The page of `bouillon search --report`: HTML that needs nothing else."""
        return self._answer.page

    @property
    def merge(self):
        """Whether the found merge is to be used."""
        return self._answer.merge

    @property
    def merge_weights(self):
        """(checkpoints), of what is to be used: the found merge, or the newest checkpoint alone."""
        return list(self._answer.merge_weights)

    @property
    def found(self):
        """(checkpoints), of the found merge, whatever was decided."""
        return list(self._answer.found)

    @property
    def report(self):
        """All figures, as `bouillon search --json` prints them."""
        return json.loads(self._answer.result)


def search_merge(run, score, model=None, space="auto", budget=20, seed=1, kernel="auto", acquisition="auto",
                 confirm=THIRD, race=True, journal=None, resume=False, unit="nats per token", threads=0,
                 on_trial=None):
    """Searches the merge of a run's checkpoints that `score` gives the lowest loss, and says whether to use it.

    `run`: what open_run() or hold() gives. `score(model)` gets the model, into which each merge was written; without
    one `score(merge)` gets the merge's tensors. It returns a loss, or one for each document. Where it is
    `score(model, documents=None)`, it returns the losses of those documents, all where there are none; then trials
    race. What it raises fails the trial, and the search goes on. A share `confirm` of the documents is set aside to
    judge on. The baselines, the verdict, the table and the journal are those of `bouillon search` (docs/verdict.md).
    """
    opened, resident = _checkpoints(run, threads)
    if not callable(score):
        raise InputError(f"score is {shown(score)}, but it must be a function")
    measure = _Measure(resident, score, model)
    request = _request(opened, resident, space, journal)
    request.budget, request.seed = whole("budget", budget, 1, 2**31), whole("seed", seed, most=2**64 - 1)
    request.kernel, request.acquisition = text("kernel", kernel), text("acquisition", acquisition)
    request.confirm, request.race, request.resume = real("confirm", confirm), bool(race), bool(resume)
    request.scorer = name_of(score)
    request.unit = text("unit", unit)
    if on_trial is not None and not callable(on_trial):
        raise InputError(f"on_trial is {shown(on_trial)}, but it must be a function")
    try:
        answer = _core.search_merge(request, opened and opened._opened, measure, measure.chooses, on_trial)
    except _core.WorkError as failure:
        raise failure from measure.failure
    return MergeSearchResult(answer)


def _checkpoints(run, threads):
    if isinstance(run, Run):
        opened, resident = run, run.resident(threads)
    elif isinstance(run, Resident):
        opened, resident = None, run
    else:
        raise InputError(f"the run is {shown(run)}, but it must be what open_run() or hold() gives")
    if len(resident) < 2:
        raise InputError(f"a search takes 2 or more checkpoints, but {len(resident)} is given")
    return opened, resident


def _request(opened, resident, space, journal):
    request = _core.MergeSearchRequest()
    request.names = resident.names
    request.paths = opened.paths if opened else []
    request.journal = None if journal is None else path("journal", journal)
    if isinstance(space, str):
        request.space = text("space", space)
        return request
    if type(space) not in SPACES:
        raise InputError(f"the space is {shown(space)}, but it must be a name, an Interval, a Simplex, an Affine or a "
                         "Schedule")
    if getattr(space, "checkpoints", len(resident)) != len(resident):
        raise InputError(f"{shown(space)} is of other checkpoints than the {len(resident)} that are merged")
    if isinstance(space, Interval) and space.upper != 1:
        raise InputError(f"{shown(space)} must end at 1, where the newest checkpoint lies")
    space._made()
    request.space, bounds = SPACES[type(space)]
    for bound, member in bounds.items():
        request.set_bound(bound, real(member, getattr(space, member)))
    return request


class _Measure:
    """Makes a merge and has it scored. The merge that was made last is at hand and is not made again."""

    def __init__(self, resident, score, model):
        self._resident, self._score, self._model = resident, score, model
        self._made, self._weights = None, None
        self.chooses, self.failure = _takes_documents(score), None

    def __call__(self, weights, documents):
        began = time.perf_counter()
        if weights != self._weights:
            self._weights, self._made = None, None  # first, so that there is room for another
            self._made = self._merge(weights)
            self._weights = weights
        merged = time.perf_counter()
        try:
            given = self._score(self._made, documents=documents) if self.chooses else self._score(self._made)
            losses = [real("a loss", given)] if is_number(given) else reals("losses", given).tolist()
        except Exception as failure:
            self.failure = failure
            raise
        return losses, merged - began, time.perf_counter() - merged

    def _merge(self, weights):
        if self._model is None:
            return self._resident.merge(weights)
        self._resident.merge_into(self._model, weights)
        return self._model


def _takes_documents(score):
    try:
        return "documents" in inspect.signature(score).parameters
    except (TypeError, ValueError):  # a function of C's that tells nothing of itself
        return False
