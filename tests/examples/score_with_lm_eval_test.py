# SPDX-License-Identifier: Apache-2.0
"""Tests what examples/score_with_lm_eval.py makes of the samples that lm_eval logs, without lm_eval.

usage: score_with_lm_eval_test.py SCORE_WITH_LM_EVAL_PY

Exit status: 0 all as it should be; 1 not.
"""
import importlib.util
import math
import subprocess
import sys

failures = 0


def check(holds, what):
    global failures
    if not holds:
        failures += 1
        print("FAILED:", what)


sys.dont_write_bytecode = True
specification = importlib.util.spec_from_file_location("score_with_lm_eval", sys.argv[1])
scoring = importlib.util.module_from_spec(specification)
specification.loader.exec_module(scoring)


class Task:
    """A task whose questions have the same right answer, as it names it."""

    def __init__(self, output, right=None, multiple_input=0):
        self.output, self.right, self.multiple_input = output, right, multiple_input

    def get_config(self, name):
        return {"output_type": self.output}[name]

    def doc_to_choice(self, question):
        return ["yes", " no", "maybe"]

    def doc_to_target(self, question):
        return "never this one" if self.multiple_input else self.right

    def doc_to_text(self, question):
        return self.right if self.multiple_input else "never this one"


def sample(number, *likelihoods, **metrics):
    return {"doc_id": number, "doc": {}, "filtered_resps": [(value, False) for value in likelihoods],
            "metrics": list(metrics), **metrics}


def losses(task, samples, kind=None, higher_is_better=None):
    try:
        return scoring.losses_of(task, "mine", samples, kind, higher_is_better or {})
    except scoring.InputError as error:
        return str(error)


def close(given, expected):
    return isinstance(given, list) and len(given) == len(expected) and all(
        math.isclose(a, b, rel_tol=1e-12) for a, b in zip(given, expected))


thirds = [math.log(p) for p in (0.5, 0.3, 0.2)]
for right in (1, "no", " no", "1", [1]):
    given = losses(Task("multiple_choice", right), [sample(0, *thirds)])
    check(close(given, [-math.log(0.3)]), f"the right answer is {right!r}: {given}")
given = losses(Task("multiple_choice", 2, multiple_input=2), [sample(0, *thirds)])
check(close(given, [-math.log(0.2)]), f"choices stand before the answer: {given}")
given = losses(Task("multiple_choice", [0, 2]), [sample(0, *thirds)])
check(close(given, [-math.log(0.7)]), f"two answers are right: {given}")
given = losses(Task("multiple_choice", 0), [sample(0, *(value - 500 for value in thirds), *thirds)])
check(close(given, [-math.log(0.5)]), f"small likelihoods, and those without the question behind them: {given}")
filters = [sample(1, -1, -2, -3), sample(0, -4, -5, -6), sample(1, 0, 0, 0)]
given = losses(Task("multiple_choice", 1), filters, "answer-loss")
check(close(given, [5, 2]), f"in the task's order, of the first filter: {given}")
given = losses(Task("loglikelihood"), [sample(0, -3.5)])
check(close(given, [3.5]), f"one answer: {given}")
given = losses(Task("generate_until"), [sample(0, exact_match=1.0), sample(1, exact_match=0.0)], "exact_match")
check(close(given, [0, 1]), f"a metric is better when it is higher: {given}")
given = losses(Task("generate_until"), [sample(0, ter=0.25)], "ter", {"ter": False})
check(close(given, [0.25]), f"unless it is not: {given}")

for task, samples, kind, said in [
        (Task("generate_until"), [sample(0, exact_match=1.0)], None, "--loss must name a metric"),
        (Task("generate_until"), [sample(0, bleu=1.0)], "acc", "no metric 'acc' of a question; there are: bleu"),
        (Task("generate_until"), [sample(0, bleu=("a", "b"))], "bleu", "is no number of one question"),
        (Task("loglikelihood"), [sample(0, -1)], "choice-loss", "has no choices"),
        (Task("generate_until"), [sample(0)], "answer-loss", "no log-likelihood of an answer"),
        (Task("multiple_choice", 7), [sample(0, *thirds)], None, "is none of the choices"),
        (Task("multiple_choice", 1), [sample(0, 0, -math.inf, 0)], "answer-loss", "has the loss inf")]:
    given = losses(task, samples, kind)
    check(isinstance(given, str) and said in given, f"refused with {said!r}: {given}")

command = [sys.executable, "-S", "-E", sys.argv[1], "nowhere", "--tasks", "arc_easy"]
without = subprocess.run(command, capture_output=True, text=True)
check(without.returncode == 2 and 'pip install "lm_eval[hf]"' in without.stderr and not without.stdout,
      f"without the package: {without}")
sys.exit(1 if failures else 0)
