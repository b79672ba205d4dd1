# SPDX-License-Identifier: Apache-2.0
"""The whole job: a search of merges from the newest checkpoint's losses to the verdict."""
import contextlib
import functools
import html
import inspect
import json
import math
import time
import warnings
from dataclasses import dataclass
from typing import Any, Dict, List

from bouillon import _core
from bouillon._arguments import InputError, flag, losses, path, real, shown, text, whole
from bouillon.checkpoints import Run
from bouillon.progress import Line, trials
from bouillon.resident import Resident
from bouillon.search import json_of
from bouillon.spaces import Affine, Interval, Schedule, Simplex

THIRD = 1 / 3  # of the documents, set aside to confirm what is found
SPACES = {Interval: ("interval", {"alpha": "lower"}), Simplex: ("simplex", {}),
          Affine: ("affine", {"lower": "lower", "upper": "upper"}), Schedule: ("schedule", {"step": "largest_step"})}
MOST_SECONDS = 10**9
NOISE = "noise"  # a regret of no more than that


@dataclass(frozen=True)
class MergeTrial:
    """A trial of a search of merges that has ended. `status`: "observed" or "failed"."""

    ticket: int                 # counted from 0
    merge_weights: List[float]  # (checkpoints), oldest first
    loss: float                 # mean over the search documents, in part predicted where fewer were scored; NaN: failed
    gain: float                 # over the newest checkpoint; above 0 is better
    documents: int              # scored
    status: str
    reason: str                 # why it failed


@dataclass(frozen=True, repr=False)
class MergeSearchResult:
    """What a search of merges came to: `print(result)` has the table and the decision, a notebook also the plots."""

    text: str                   # the table and the decision
    page: str                   # the page of `bouillon search --report`: HTML that needs nothing else
    report: Dict[str, Any]      # all figures, as `bouillon search --json` prints them
    merge_weights: List[float]  # (checkpoints), of what is to be used: the found merge, or the newest checkpoint alone
    found: List[float]          # (checkpoints), of the found merge, whatever was decided
    use_merge: bool             # whether the found merge is to be used

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"<bouillon.MergeSearchResult: {'use the found merge' if self.use_merge else 'keep the newest'}>"

    def _repr_html_(self):
        return f'<iframe srcdoc="{html.escape(self.page)}" width="100%" height="900" style="border:0"></iframe>'


def search_merge(run, score, model=None, space="auto", budget=20, seed=1, kernel="auto", acquisition="auto",
                 confirm=THIRD, race=True, journal=None, resume=False, settings=None, unit="nats per token", threads=0,
                 progress=True, on_trial=None, score_test=None, retries=0, deadline=None, patience=None,
                 target_gain=None, stop_regret=None):
    """Searches the merge of a run's checkpoints that `score` gives the lowest loss, and says whether to use it.

    `run`: what open_run() or hold() gives. `score(model)` gets the model, into which each merge was written; without
    one `score(merge)` gets the merge's tensors. It returns a loss, or one for each document. Where it is
    `score(model, documents=None)`, it returns the losses of those documents, all where there are none; then trials
    race. What it raises fails the trial, after `retries` more tries, and the search goes on, unless the first three
    all fail. At the end the model holds what is to be used; after an exception it holds the newest checkpoint.

    A share `confirm` of the documents is set aside to judge on, or `score_test(model)` gives losses of others to judge
    on. The baselines, the verdict, the table and the journal are those of `bouillon search` (docs/verdict.md), as are
    `deadline`, `patience`, `target_gain` and `stop_regret`, which end a search early. `settings` are written into the
    journal, and must be the same where it is taken up again: what tells one scorer from another. `progress` shows a
    line as `Progress` does, and `on_trial` is called with a `MergeTrial` as each trial ends.
    """
    opened, resident = _checkpoints(run, threads)
    for name, function in {"score": score, "on_trial": on_trial, "score_test": score_test}.items():
        if not (callable(function) or function is None and name != "score"):
            raise InputError(f"{name} is {shown(function)}, but it must be a function")
    measure = _Measure(resident, score, model, score_test, whole("retries", retries))
    request = _request(opened, resident, space, journal)
    request.budget, request.seed = whole("budget", budget, 1, 2**31), whole("seed", seed, most=2**64 - 1)
    request.kernel, request.acquisition = text("kernel", kernel), text("acquisition", acquisition)
    request.confirm, request.race = real("confirm", confirm), flag("race", race)
    request.resume = flag("resume", resume)
    request.test, request.unit = score_test is not None, text("unit", unit)
    request.set_stopping(*_stopping(deadline, patience, target_gain, stop_regret))
    newest = [0.0] * (len(resident) - 1) + [1.0]
    measure.merge(newest)  # outside of the scorer, whose failure it would be else
    if journal is not None:
        request.settings = _settings(settings, None if opened else resident, request.test)
    listener = _Listener(budget, flag("progress", progress), on_trial)
    try:
        listener.stage("measuring newest")
        answer_text, page, report, *decided = _core.search_merge(
            request, opened and opened._opened, measure, measure.chooses, listener.trial, listener.stage, listener.note)
        result = MergeSearchResult(answer_text, page, json.loads(report), *decided)
        measure.leave(result.merge_weights)
        return result
    except BaseException as failure:
        with contextlib.suppress(InputError):  # of a model that is no longer what it was
            measure.leave(newest)
        if measure.failure is not None and str(measure.failure) in str(failure):
            raise failure from measure.failure.__cause__
        raise
    finally:
        listener.end()


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
    kind = next((kind for kind in SPACES if isinstance(space, kind)), None)
    if kind is None:
        raise InputError(f"the space is {shown(space)}, but it must be a name, an Interval, a Simplex, an Affine or a "
                         "Schedule")
    if space.checkpoints != len(resident):
        raise InputError(f"{shown(space)} is of other checkpoints than the {len(resident)} that are merged")
    if kind is Interval and space.upper != 1:
        raise InputError(f"{shown(space)} must end at 1, where the newest checkpoint lies")
    space._made()
    request.space, bounds = SPACES[kind]
    for bound, member in bounds.items():
        request.set_bound(bound, real(member, getattr(space, member)))
    return request


def _stopping(deadline, patience, target_gain, stop_regret):
    """As the request takes them; 0 for what is not asked for."""
    least_regret = None
    if stop_regret is not None and stop_regret != NOISE:
        least_regret = real("stop_regret", stop_regret)
        if not least_regret > 0:
            raise InputError(f"stop_regret is {shown(stop_regret)}, but it must be {NOISE!r} or a loss above 0")
    return (0 if deadline is None else whole("deadline", deadline, 1, MOST_SECONDS),
            0 if patience is None else whole("patience", patience, 1),
            None if target_gain is None else real("target_gain", target_gain), stop_regret is not None, least_regret)


def _settings(settings, held, test):
    """What must be the same when the journal is taken up again, as JSON: tensors that are held have no path."""
    own = {} if settings is None else {"settings": settings}
    if held is not None:
        own["digests"] = held._held.digests()
    return json_of({**own, **({"test": True} if test else {})})


class _Listener:
    """Tells what a search does: on a line, to the caller's function, and what is to be known as warnings."""

    def __init__(self, budget, progress, on_trial):
        self._budget, self._on_trial = budget, on_trial
        self._line, self._best = Line() if progress else None, -math.inf

    def trial(self, *fields):
        ended = MergeTrial(*fields)
        self._best = max(self._best, ended.gain if ended.status == "observed" else -math.inf)
        self.stage(trials(ended.ticket + 1, self._budget,
                          f", best gain {self._best:.4f}" if self._best > -math.inf else ""))
        if self._on_trial is not None:
            self._on_trial(ended)

    def stage(self, what):
        if self._line is not None:
            self._line.show(self._line.timed(what))

    def note(self, what):
        self.end()
        warnings.warn(what, stacklevel=3)  # at the call of search_merge

    def end(self):
        if self._line is not None:
            self._line.end()


class _Measure:
    """Makes a merge and has it scored. The merge that was made last is at hand and is not made again."""

    def __init__(self, resident, score, model, score_test, retries):
        self._resident, self._model, self._tries = resident, model, retries + 1
        self._scores, self._counts = {False: score, True: score_test}, {}  # losses of all documents
        self._made, self._weights = None, None
        self.chooses, self.failure = _takes_documents(score), None

    def __call__(self, weights, documents, test):
        began = time.perf_counter()
        self.merge(weights)
        merged = time.perf_counter()
        given = losses("the scorer returned", self._scored(documents, test))
        row = [given] if isinstance(given, float) else given.tolist()
        if documents is None:
            if len(row) != self._counts.setdefault(test, len(row)):
                raise InputError(f"the scorer returned {len(row)} losses, but {self._counts[test]} at first")
        elif len(row) != len(documents):
            raise InputError(f"the scorer returned {len(row)} losses, but {len(documents)} documents were asked for")
        return row, merged - began, time.perf_counter() - merged

    def merge(self, weights):
        if weights == self._weights:
            return
        self._weights, self._made = None, None  # first, so that there is room for another
        if self._model is None:
            self._made = self._resident.merge(weights)
        else:
            self._resident.merge_into(self._model, weights)
            self._made = self._model
        self._weights = weights

    def leave(self, weights):
        """Leaves the model with a merge, whatever the scorer made of it."""
        self._weights = None
        if self._model is not None:
            self.merge(weights)

    def _scored(self, documents, test):
        named = {"documents": documents} if self.chooses and not test else {}
        for left in reversed(range(self._tries)):
            try:
                return self._scores[test](self._made, **named)
            except Exception as raised:
                if left == 0:
                    self.failure = _core.WorkError(f"the scorer raised {type(raised).__name__}: {_said(raised)}")
                    raise self.failure from raised


def _said(raised):
    """What an exception says, if it says anything."""
    try:
        return str(raised)
    except Exception:
        return ""


def _takes_documents(score):
    """Whether a function has an argument for them that is the search's to give."""
    bound = score
    while isinstance(bound, functools.partial):
        if "documents" in bound.keywords:
            return False
        bound = bound.func
    try:
        argument = inspect.signature(score).parameters.get("documents")
    except (TypeError, ValueError):  # a function of C's that tells nothing of itself
        return False
    return (argument is not None and argument.kind in (argument.POSITIONAL_OR_KEYWORD, argument.KEYWORD_ONLY)
            and (argument.default is argument.empty or argument.default is None))
