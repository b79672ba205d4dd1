#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a checkpoint's loss for each question of tasks of EleutherAI's lm-evaluation-harness.

    bouillon search run --score 'python3 score_with_lm_eval.py {checkpoint} --tasks arc_easy,hellaswag --limit 400'

The last line of standard output is {"losses": [...]}, or of several tasks {"losses": {"arc_easy": [...], ...}}, the
questions in the order of the task. What a loss is depends on the task and on --loss:

    choice-loss   of multiple choice, the default there: minus the log of the right answer's probability among the
                  choices
    answer-loss   minus the log-likelihood of the right answer; the default of tasks that ask for one, as lambada does
    METRIC        what the task calls a question's metric, as acc or exact_match: 1 less it, or itself where lower is
                  better

The search takes the weighted mean of the tasks' mean losses (--weight hellaswag:2) and tells gains task by task: let
their losses be of one unit. What lm-eval says goes to standard error. Nothing is kept from one checkpoint to the next. Written for lm-eval 0.4.10 or
newer: pip install "lm_eval[hf]". Exit status: 2 bad usage, or a question that has no loss.
"""
import argparse
import contextlib
import json
import math
import sys


class InputError(Exception):
    pass


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", help="a directory that transformers loads")
    parser.add_argument("--tasks", required=True, metavar="A,B", help="tasks, groups or tags, as lm_eval takes them")
    parser.add_argument("--loss", metavar="LOSS", help="choice-loss, answer-loss or a metric of all the tasks")
    parser.add_argument("--include-path", metavar="FOLDER", help="where tasks of your own are")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N questions of each task")
    parser.add_argument("--num-fewshot", type=int, metavar="N", help="examples before a question (the task's own)")
    parser.add_argument("--batch-size", default="8", metavar="N", help="questions at once (default: %(default)s)")
    parser.add_argument("--device", metavar="DEVICE", help="as torch names it (default: lm_eval's)")
    parser.add_argument("--model", default="hf", help="how lm_eval runs it: hf, vllm, ... (default: %(default)s)")
    parser.add_argument("--model-args", default="", metavar="K=V,...", help="of that model, as dtype=bfloat16")
    return parser.parse_args()


def log_sum_exp(values):
    highest = max(values)
    if math.isinf(highest):
        return highest
    return highest + math.log(sum(math.exp(value - highest) for value in values))


def right_choices(task, question, choices):
    """The numbers of a question's right choices: one, or several that are as good."""
    given = task.doc_to_text(question) if getattr(task, "multiple_input", 0) else task.doc_to_target(question)
    right = []
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, str):
            stripped = [choice.strip() for choice in choices]
            one = stripped.index(one.strip()) if one.strip() in stripped else int(one) if one.strip().isdigit() else -1
        if 0 <= one < len(choices):
            right.append(one)
    if not right:
        raise InputError(f"the right answer {given!r} is none of the choices {choices!r}")
    return right


def loss_of(task, sample, kind, higher_is_better):
    """What one question costs. `sample` is as lm_eval logs it."""
    answers = sample["filtered_resps"]  # (choices), of each the log-likelihood, and whether it is the likeliest text
    if kind == "choice-loss":
        choices = task.doc_to_choice(sample["doc"])
        likelihoods = [float(likelihood) for likelihood, _ in answers[:len(choices)]]
        right = right_choices(task, sample["doc"], choices)
        return log_sum_exp(likelihoods) - log_sum_exp([likelihoods[choice] for choice in right])
    if kind == "answer-loss":
        right = [0]
        if len(answers) > 1:
            right = right_choices(task, sample["doc"], task.doc_to_choice(sample["doc"]))
        return -log_sum_exp([float(answers[choice][0]) for choice in right])
    if kind not in sample:
        raise InputError(f"there is no metric {kind!r} of a question; there are: {', '.join(sample['metrics'])}")
    if not isinstance(sample[kind], (int, float)):
        raise InputError(f"the metric {kind!r} is no number of one question: {sample[kind]!r}")
    return 1 - sample[kind] if higher_is_better.get(kind, True) else sample[kind]


def losses_of(task, name, samples, kind, higher_is_better):
    """(questions), in the order of the task."""
    output = task.get_config("output_type")
    own = {"multiple_choice": "choice-loss", "loglikelihood": "answer-loss"}
    kind = kind or own.get(output)
    if kind is None:
        raise InputError(f"task {name!r} generates text: --loss must name a metric of a question, as exact_match")
    if kind == "choice-loss" and output != "multiple_choice":
        raise InputError(f"task {name!r} has no choices, but its output is {output}")
    if kind == "answer-loss" and output not in own:
        raise InputError(f"task {name!r} has no log-likelihood of an answer: its output is {output}")
    by_question = {}
    for sample in samples:
        by_question.setdefault(sample["doc_id"], sample)  # of several filters, the first
    losses = [loss_of(task, by_question[number], kind, higher_is_better) for number in sorted(by_question)]
    for number, loss in enumerate(losses):
        if not math.isfinite(loss):
            raise InputError(f"question {number} of task {name!r} has the loss {loss}")
    return losses


def evaluated(arguments):
    """The tasks by name, and what lm_eval found out about the checkpoint."""
    try:
        import lm_eval
        from lm_eval.tasks import TaskManager
    except ImportError as missing:
        raise InputError(f'{missing}: pip install "lm_eval[hf]"') from None
    names = [name.strip() for name in arguments.tasks.split(",")]
    tasks = TaskManager(include_path=arguments.include_path).load(names)["tasks"]
    model_args = ",".join(filter(None, [f"pretrained={arguments.checkpoint}", arguments.model_args]))
    results = lm_eval.simple_evaluate(
        model=arguments.model, model_args=model_args, tasks=list(tasks.values()), num_fewshot=arguments.num_fewshot,
        batch_size=arguments.batch_size, device=arguments.device, limit=arguments.limit, log_samples=True,
        bootstrap_iters=0)
    return tasks, results


def main():
    arguments = parse_arguments()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            tasks, results = evaluated(arguments)
            losses = {name: losses_of(task, name, results["samples"][name], arguments.loss,
                                      results["higher_is_better"].get(name, {})) for name, task in tasks.items()}
    except InputError as error:
        print(f"score_with_lm_eval.py: {error}", file=sys.stderr)
        sys.exit(2)
    print(json.dumps({"losses": losses if len(losses) > 1 else next(iter(losses.values()))}))


if __name__ == "__main__":
    main()
