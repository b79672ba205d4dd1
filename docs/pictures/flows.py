# SPDX-License-Identifier: Apache-2.0
"""The pictures of a walk: numbered steps, three a row, each with the files where it happens."""
import pathlib

import svg

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADERS, PROGRAM = "include/bouillon/", "examples/cli/"
WIDTH, BOX_WIDTH, GAP, ACROSS = 912, 280, 20, 3
COLOURS = {"merge": "first", "score": "third", "search": "second", "joins": "fourth", "program": "soft"}
LEGEND = {"merge": "merge arm", "score": "score arm", "search": "search arm", "joins": "merge_search joins them",
          "program": "the program, examples/cli"}


def checked(name, arm):
    """A file's name as the picture shows it; refused where there is no such file."""
    file = ROOT / (PROGRAM if arm == "program" else HEADERS) / name
    if not file.is_file():
        raise SystemExit(f"docs/pictures: {file.relative_to(ROOT)} is drawn, but there is no such file")
    return name


def step(place, x, y, height, arm, title, words, files):
    colour = COLOURS[arm]
    parts = [svg.box(x, y, BOX_WIDTH, height), svg.box(x, y, 5, height, colour, 2),
             svg.text(x + 16, y + 22, f"{place}  {title}", f"{colour} bold")]
    for offset, sentence in enumerate(words):
        parts.append(svg.text(x + 16, y + 41 + 16 * offset, sentence, "ink small"))
    for offset, name in enumerate(files):
        parts.append(svg.text(x + 16, y + 46 + 16 * len(words) + 15 * offset, checked(name, arm), "soft mono"))
    return parts


def legend(arms, y):
    parts, x = [], 16
    for arm in arms:
        parts += [svg.box(x, y - 9, 10, 10, COLOURS[arm], 2), svg.text(x + 16, y, LEGEND[arm], "soft small")]
        x += 36 + 7 * len(LEGEND[arm])
    return parts


def walk(title, steps):
    """steps: (arm, title, sentences, files) each."""
    left, top, parts = (WIDTH - ACROSS * BOX_WIDTH - (ACROSS - 1) * GAP) / 2, 54, [svg.text(16, 30, title, "ink bold")]
    rows = [steps[i:i + ACROSS] for i in range(0, len(steps), ACROSS)]
    for place, row in enumerate(rows):
        height = 34 + max(16 * len(words) + 15 * len(files) for _, _, words, files in row) + 8
        for column, (arm, name, words, files) in enumerate(row):
            x = left + column * (BOX_WIDTH + GAP)
            parts += step(ACROSS * place + column + 1, x, top, height, arm, name, words, files)
            if column > 0:
                parts.append(svg.arrow([(x - GAP + 2, top + 18), (x - 2, top + 18)]))
        if place + 1 < len(rows):
            end, start, below = left + 2.5 * BOX_WIDTH + 2 * GAP, left + BOX_WIDTH / 2, top + height
            parts.append(svg.arrow([(end, below), (end, below + 13), (start, below + 13), (start, below + 26)]))
        top += height + 28
    arms = [arm for arm in LEGEND if any(arm == each[0] for each in steps)]
    parts += legend(arms, top)
    return svg.document(WIDTH, top + 16, title, parts)


def bytes_of_a_tensor():
    return walk("A tensor's bytes: from the checkpoints' files to the merged file", [
        ("merge", "What is there?", ["A folder's names tell the form", "and the order of a run's steps."],
         ["checkpoint/folder/run_folder.hpp", "checkpoint/folder/directory_content.hpp"]),
        ("merge", "Where are the bytes?", ["A reader a format. It reads no tensor", "and runs no pickle."],
         ["checkpoint/read_checkpoint.hpp", "checkpoint/read_safetensors.hpp", "checkpoint/pytorch/read_pytorch.hpp"]),
        ("merge", "Do they fit together?", ["Names, shapes, types and settings", "are compared before any is read."],
         ["checkpoint/checkpoint_set.hpp", "config/config_meaning.hpp"]),
        ("merge", "What becomes of each?", ["Floats are summed. Integers, and what", "is the same in all, are copied."],
         ["merge/merged_tensors.hpp", "merge/one_for_all.hpp"]),
        ("merge", "Read a piece", ["Each thread holds a few MiB of each", "input, never a whole tensor."],
         ["merge/streamed_files.hpp", "checkpoint/read_stored.hpp", "checkpoint/input_file.hpp"]),
        ("merge", "Sum it", ["One fused multiply-add an input, in", "float32, then one rounding."],
         ["tensor/weighted_sum.hpp", "tensor/weighted_sum_avx2.hpp", "tensor/element.hpp"]),
        ("merge", "Write it", ["Each piece goes to its place", "in the new file."],
         ["checkpoint/safetensors_layout.hpp", "checkpoint/output_file.hpp"]),
        ("merge", "Say where it is from", ["Hashes of the inputs, in a recipe", "that repeats the merge."],
         ["merge/input_hashes.hpp", "merge/recipe.hpp", "merge/side_files.hpp"]),
        ("merge", "Show it, whole or not at all", ["All is written beside the target,", "which one rename replaces."],
         ["merge/staged_output.hpp", "merge/write_merged.hpp"]),
    ])


def observation():
    return walk("An observation: from a trial's weights to the next trial", [
        ("merge", "Merge in memory", ["The checkpoints stay there;", "one pass sums them."],
         ["merge/resident.hpp", "tensor/weighted_sum_batch.hpp"]),
        ("score", "Score documents", ["All documents through one layer,", "then through the next."],
         ["score/document_scorer.hpp", "model/causal_language_model.hpp"]),
        ("joins", "Race", ["More documents only where these", "few do not tell."],
         ["merge_search/racing.hpp", "merge_search/run.hpp"]),
        ("search", "Subtract the newest's losses", ["Document by document: a mean", "difference and its variance."],
         ["search/paired.hpp", "search/document_regression.hpp"]),
        ("search", "Write it down", ["The ledger keeps what was asked and", "answered, the journal on disk."],
         ["search/ledger.hpp", "search/journal.hpp"]),
        ("search", "Learn from it", ["What was observed, failed or is out", "becomes points and scores."],
         ["search/training_data.hpp"]),
        ("search", "Fit the surrogate", ["A Gaussian process: its covariance,", "its likelihood, its posterior."],
         ["kernel/matern52.hpp", "surrogate/gaussian_process.hpp", "surrogate/fit.hpp"]),
        ("search", "Ask where to go", ["The acquisition is maximised over", "the space, basin by basin."],
         ["acquisition/maximize.hpp", "search/proposal.hpp", "search/climbs.hpp"]),
        ("search", "Hand out a trial", ["A ticket, a point of the space,", "and its merge weights."],
         ["space/simplex.hpp", "search/bayesian_search.hpp"]),
    ])


def command():
    return walk("A command: bouillon search, from its words to the written merge", [
        ("program", "Read the words", ["Every option, its default and", "what must not stand together."],
         ["main.cpp", "commands/search_command.cpp", "search/search_arguments.hpp"]),
        ("program", "Open and check", ["All that can be refused is refused", "before anything is scored."],
         ["checkpoints/run_checkpoints.hpp", "checkpoints/merge_writer.hpp", "search/measurement_journal.hpp"]),
        ("program", "Choose the types", ["Options name a backend, a space,", "a kernel, an acquisition."],
         ["choices/backend_choice.hpp", "choices/space_choice.hpp", "scoring/evaluate_on.hpp"]),
        ("joins", "Place the checkpoints", ["On the device, in memory, or layer", "by layer from disk."],
         ["merge_search/resident_evaluator.hpp", "merge_search/layered_evaluator.hpp"]),
        ("program", "Measure the newest", ["All gains are over it;", "a race needs its losses."],
         ["search/merge_problem.hpp"]),
        ("program", "Search", ["Trials until the budget or a rule", "ends them, then groups of tensors."],
         ["search/search_stages.hpp", "search/search_trials.hpp", "search/running_search.hpp"]),
        ("joins", "Compare", ["Baselines and the found merge, on", "documents that no trial saw."],
         ["merge_search/make_report.hpp", "merge_search/choose_merge.hpp"]),
        ("joins", "Decide", ["A paired t-test: the found merge,", "or the newest checkpoint."],
         ["merge_search/report.hpp", "merge_search/warnings.hpp"]),
        ("program", "Put it out", ["The table, the journal's end,", "the page and the checkpoint."],
         ["search/search_outputs.hpp", "report/html_report.hpp"]),
    ])


def racing():
    left, width, height, pitch = 74, 370, 52, 74
    steps = [
        ("step", "Draw one random order of the documents", "once a search: all merges see the same first ones"),
        ("step", "Score the merge on the first of them", "a sixteenth of all, and at least 3"),
        ("step", "Predict its loss on every document", "from the merges that were scored on all of them"),
        ("ask", "Are all documents scored?", "then nothing is left to predict"),
        ("ask", "Is it sure that it cannot win?", "its bound is above the best merge's loss"),
        ("ask", "Is it known well enough?", "sampling adds less than a quarter to its variance"),
        ("step", "Score it on more of the order", "as many as it takes, at most twice those scored"),
    ]
    title = "The race of one merge"
    parts, end = [svg.text(16, 30, title, "ink bold")], left + width
    tops = [48 + pitch * place for place in range(len(steps))]
    for (kind, name, words), top in zip(steps, tops):
        colour = "second" if kind == "ask" else "first"
        parts += [svg.box(left, top, width, height, f"box {colour}-line", 26 if kind == "ask" else 6),
                  svg.text(left + width / 2, top + 22, name, f"{colour} bold", "middle"),
                  svg.text(left + width / 2, top + 40, words, "ink small", "middle")]
    middle = left + width / 2
    for place in range(len(steps) - 1):
        parts.append(svg.arrow([(middle, tops[place] + height), (middle, tops[place + 1])]))
        if steps[place][0] == "ask":
            parts.append(svg.text(middle + 10, tops[place] + height + 15, "no", "soft small"))
            parts.append(svg.arrow([(end, tops[place] + height / 2), (end + 90, tops[place] + height / 2)]))
            parts.append(svg.text(end + 45, tops[place] + height / 2 - 7, "yes", "soft small", "middle"))
    back = tops[2] + height / 2
    parts.append(svg.arrow([(left, tops[6] + height / 2), (left - 34, tops[6] + height / 2), (left - 34, back),
                            (left, back)]))
    x, top, bottom = end + 90, tops[3], tops[5] + height
    parts += [svg.box(x, top, 330, bottom - top, "box third-line"),
              svg.text(x + 20, top + 34, "The race is over", "third bold")]
    for offset, words in enumerate(["The search is told the estimated loss.", "", "Its variance is the documents' own",
                                    "and that of sampling them, added.", "", "The lowest loss so far leads:",
                                    "the next merge races against it."]):
        if words:
            parts.append(svg.text(x + 20, top + 60 + 18 * offset, words, "ink small"))
    return svg.document(WIDTH, tops[-1] + height + 20, title, parts)
