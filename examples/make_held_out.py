#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes held-out files for bouillon from text, with a Hugging Face tokenizer.

    make_held_out.py --tokenizer run/step-1000 --out search.safetensors --limit 200 novels/*.txt
    make_held_out.py --tokenizer run/step-1000 --out test.safetensors --skip 200 --limit 200 --field text articles.jsonl
    make_held_out.py --tokenizer run/step-1000 --out arc.safetensors arc.jsonl

An INPUT that ends in .jsonl, .ndjson or .json has one document a line, an object with the text in --field (a .json may
also be one list of such objects). Any other is one document of plain text in UTF-8. What has no text (null, or less than
two tokens) is left out and counted. --max-tokens cuts long documents, of which there are then more. Where the lines of JSONL have
"choices", they are multiple-choice questions:

    {"question": "Question: What melts?\\nAnswer:", "choices": ["ice", "fire"], "answer": 0}

"question" may also be called "context" or "query", "answer" also "label" or "gold"; it counts from 0, or is one of
"choices" itself. Prompt and answer are joined by --delimiter (a space) and tokenised together, as lm-evaluation-harness
does it.

Tokens that the tokenizer's post-processor would add are left out; --bos TOKEN begins every document with one. Needs
tokenizers, numpy and safetensors (pip install tokenizers numpy safetensors). Exit status: 0 done; 2 bad usage or input.
"""
import argparse
import itertools
import json
import os
import pathlib
import sys

try:
    import numpy
    from safetensors.numpy import save
    from tokenizers import Tokenizer
except ImportError as missing:
    print(f"make_held_out.py: {missing}: pip install tokenizers numpy safetensors", file=sys.stderr)
    sys.exit(2)


class InputError(Exception):
    pass


def fail(where, what):
    raise InputError(f"{where}: {what}")


def load_tokenizer(name):
    path = pathlib.Path(name)
    if not path.exists():
        try:
            return Tokenizer.from_pretrained(name)  # from the Hugging Face hub
        except Exception as problem:
            fail(name, f"neither a directory here nor a tokenizer on the hub ({problem})")
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.exists():
        fail(path, "has no tokenizer.json")
    try:
        return Tokenizer.from_file(str(file))
    except Exception as problem:
        fail(file, problem)


def read_text(path, newline=None):
    try:
        with open(path, encoding="utf-8-sig", newline=newline) as file:  # without the mark that some editors begin with
            return file.read()
    except (OSError, UnicodeDecodeError) as problem:
        fail(path, problem)


def read_values(path):
    """(where, value) of every line, or of every element of a .json file that is one list."""
    text = read_text(path, newline="\n")  # strings may hold other ends of lines
    if path.endswith(".json") and text.lstrip().startswith("["):
        try:
            for number, value in enumerate(json.loads(text), 1):
                yield f"{path}, element {number}", value
        except ValueError as problem:
            fail(path, f"is no JSON ({problem})")
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            yield where, json.loads(line)
        except ValueError as problem:
            fail(where, f"is no JSON ({problem})")


def read_objects(path):
    for where, value in read_values(path):
        if not isinstance(value, dict):
            fail(where, "is no JSON object")
        yield where, value


def read_records(inputs):
    """(where, text of a file or object of a line) of every input, in order."""
    for path in inputs:
        if path.endswith((".jsonl", ".ndjson", ".json")):
            yield from read_objects(path)
        else:
            yield path, read_text(path)


def field(where, record, names):
    for name in names:
        if name in record:
            return record[name]
    fail(where, f"has no {' or '.join(repr(name) for name in names)}")


class HeldOut:
    """The documents of a held-out file."""

    def __init__(self, tokenizer, bos):
        self.tokenizer = tokenizer
        self.bos = []
        if bos is not None:
            if tokenizer.token_to_id(bos) is None:
                fail("--bos", f"the tokenizer has no token {bos!r}")
            self.bos = [tokenizer.token_to_id(bos)]
        self.tokens, self.offsets, self.prompts, self.bytes = [], [0], [], []
        self.left_out = 0  # documents with nothing to predict

    def add(self, tokens, prompt, text_bytes):
        self.tokens.extend(tokens)
        self.offsets.append(len(self.tokens))
        self.prompts.append(prompt)
        self.bytes.append(text_bytes)

    def add_text(self, where, text, longest):
        if text is None:
            self.left_out += 1
            return
        if not isinstance(text, str):
            fail(where, "the text is no string")
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        room = (longest or sys.maxsize) - len(self.bos)
        added = 0
        for begin in range(0, len(encoding.ids), room):
            ids, ends = encoding.ids[begin:begin + room], [end for _, end in encoding.offsets[begin:begin + room]]
            if len(self.bos) + len(ids) < 2:
                continue  # nothing to predict
            unpredicted = encoding.offsets[begin][0] if self.bos else ends[0]  # characters before the first target
            predicted = len(text[unpredicted:ends[-1]].encode())
            if predicted == 0:
                fail(where, "the tokens that are predicted stand for no text")
            self.add(self.bos + ids, 1, predicted)
            added += 1
        self.left_out += added == 0

    def add_choice(self, where, prompt, answer):
        ending = len(prompt) - len(prompt.rstrip())  # blanks at the prompt's end are tokenised with the answer
        if ending:
            prompt, answer = prompt[:-ending], prompt[-ending:] + answer
        whole = self.bos + self.tokenizer.encode(prompt + answer, add_special_tokens=False).ids
        given = len(self.bos) + len(self.tokenizer.encode(prompt, add_special_tokens=False).ids)
        if given < 1:
            fail(where, "the question is empty; give --bos TOKEN, or a question")
        if given >= len(whole):
            fail(where, f"the answer {answer!r} has no tokens of its own")
        self.add(whole, given, len(answer.encode()))

    def tensors(self):
        small = max(self.tokenizer.get_vocab().values()) < 1 << 16
        tensors = {"tokens": numpy.array(self.tokens, numpy.uint16 if small else numpy.int32),
                   "document_offsets": numpy.array(self.offsets, numpy.int64),
                   "document_bytes": numpy.array(self.bytes, numpy.int64)}
        if any(prompt != 1 for prompt in self.prompts):
            tensors["prompt_tokens"] = numpy.array(self.prompts, numpy.int64)
        return tensors


def add_question(held_out, where, record, delimiter):
    """Returns the answers' lengths in characters and the number of the right one."""
    question = field(where, record, ("question", "context", "query"))
    choices = field(where, record, ("choices",))
    answer = field(where, record, ("answer", "label", "gold"))
    if not isinstance(question, str) or not isinstance(choices, list) or len(choices) < 2 or \
            not all(isinstance(choice, str) and choice for choice in choices):
        fail(where, "a question is a string with a list of 2 or more strings as 'choices'")
    if isinstance(answer, str) and choices.count(answer) == 1:
        answer = choices.index(answer)
    if isinstance(answer, bool) or not isinstance(answer, int) or not 0 <= answer < len(choices):
        fail(where, f"the answer is {answer!r}, but there are {len(choices)} choices, counted from 0")
    for choice in choices:
        held_out.add_choice(where, question, delimiter + choice)
    return [len(choice) for choice in choices], answer


def make_tensors(arguments):
    held_out = HeldOut(load_tokenizer(arguments.tokenizer), arguments.bos)
    stop = None if arguments.limit is None else arguments.skip + arguments.limit
    records = itertools.islice(read_records(arguments.inputs), arguments.skip, stop)
    lengths, correct, questions = [], [], [0]
    for where, record in records:
        is_question = isinstance(record, dict) and "choices" in record
        if is_question != bool(correct) and held_out.bytes:
            fail(where, "questions and documents do not go into one file")
        if is_question:
            answer_lengths, answer = add_question(held_out, where, record, arguments.delimiter)
            lengths += answer_lengths
            correct.append(answer)
            questions.append(len(lengths))
        else:
            text = record if isinstance(record, str) else field(where, record, (arguments.field,))
            held_out.add_text(where, text, arguments.max_tokens)
    if not held_out.bytes:
        short = f" ({held_out.left_out} have nothing to predict)" if held_out.left_out else ""
        fail(", ".join(arguments.inputs), f"no documents after the first {arguments.skip}{short}")
    tensors = held_out.tensors()
    if correct:
        tensors.update(question_offsets=numpy.array(questions, numpy.int64), correct=numpy.array(correct, numpy.int64),
                       answer_lengths=numpy.array(lengths, numpy.int64))
    return tensors, held_out.left_out


def write(path, tensors):
    """Writes the file whole or not at all."""
    partial = f"{path}.partial-{os.getpid()}"
    try:
        with open(partial, "xb") as file:
            file.write(save(tensors))
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as problem:
        pathlib.Path(partial).unlink(missing_ok=True)
        fail(path, problem)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    positive = lambda text: int(text) if int(text) > 0 else parser.error(f"{text} is not above 0")
    parser.add_argument("inputs", nargs="+", metavar="INPUT")
    parser.add_argument("--tokenizer", required=True, metavar="NAME_OR_DIR",
                        help="a directory with tokenizer.json, that file, or a name on the Hugging Face hub")
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--field", default="text", help="of JSONL, that holds the text (default: text)")
    parser.add_argument("--skip", type=int, default=0, metavar="N", help="leave out the first N documents or questions")
    parser.add_argument("--limit", type=positive, metavar="N", help="take no more than N documents or questions")
    parser.add_argument("--max-tokens", type=positive, metavar="N",
                        help="cut longer documents into documents of N tokens")
    parser.add_argument("--bos", metavar="TOKEN", help="begin every document with this token, which is not predicted")
    parser.add_argument("--delimiter", default=" ", help="between a question and an answer (default: a space)")
    arguments = parser.parse_args()
    if arguments.max_tokens is not None and arguments.max_tokens < 2:
        parser.error("--max-tokens is 1, but a document needs 2")
    return arguments


def main():
    arguments = parse_arguments()
    try:
        tensors, left_out = make_tensors(arguments)
        write(arguments.out, tensors)
    except InputError as problem:
        print(f"make_held_out.py: {problem}", file=sys.stderr)
        return 2
    documents, tokens = len(tensors["document_bytes"]), tensors["tokens"]
    what = f"{len(tensors['correct'])} questions of {documents} choices" if "correct" in tensors else f"{documents} documents"
    if left_out:
        print(f"make_held_out.py: left out {left_out} documents with nothing to predict", file=sys.stderr)
    print(f"{arguments.out}: {what}, {len(tokens)} tokens")
    return 0


if __name__ == "__main__":
    sys.exit(main())
