#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds questions.json to some folders of tests/data/models: multiple-choice questions, and what EleutherAI's
lm-evaluation-harness makes of them. Run by hand, after make_fixtures.py, with torch, transformers 5 and lm_eval installed:

    python3 tests/model/make_question_fixtures.py tests/data/models

Each file holds, for every question, its prompt and answers (token ids), the answers' lengths, the right one, and each
answer's log-likelihood (float32, nats) by the harness's own code, which cuts a long prompt at its beginning; and acc and
acc_norm over all questions as the harness defines them.
"""
import json
import pathlib
import random
import sys

import numpy
import torch
from lm_eval.models.huggingface import HFLM
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from tokenizers import Tokenizer, models

VOCABULARY, QUESTIONS, CONTEXT = 48, 24, 16


def random_tokens(count):
    return [random.randrange(VOCABULARY) for _ in range(count)]


def random_question():
    choices = random.randint(2, 5)
    return {"prompt": random_tokens(random.randint(1, 22)),  # beyond the context of 16 too
            "answers": [random_tokens(random.randint(1, 6)) for _ in range(choices)],
            "lengths": [random.randint(1, 30) for _ in range(choices)],
            "correct": random.randrange(choices)}


def main():
    random.seed(0)
    words = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(
        {str(i): i for i in range(VOCABULARY)}, unk_token="0")), eos_token="0", pad_token="0")
    for name in ("llama", "gpt-neox"):
        folder = pathlib.Path(sys.argv[1]) / name
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        harness = HFLM(pretrained=model, tokenizer=words, max_length=CONTEXT, batch_size=1)
        questions = [random_question() for _ in range(QUESTIONS)]
        right = right_norm = 0
        for question in questions:
            requests = [((str(question["prompt"]), str(answer)), question["prompt"], answer)
                        for answer in question["answers"]]
            likelihoods = numpy.array([value for value, _ in harness._loglikelihood_tokens(requests, disable_tqdm=True)])
            right += numpy.argmax(likelihoods) == question["correct"]
            right_norm += numpy.argmax(likelihoods / numpy.array(question["lengths"], float)) == question["correct"]
            question["log_likelihoods"] = likelihoods.tolist()
        result = {"questions": questions, "acc": right / QUESTIONS, "acc_norm": right_norm / QUESTIONS}
        (folder / "questions.json").write_text(json.dumps(result) + "\n")
        print(name, result["acc"], result["acc_norm"])


if __name__ == "__main__":
    main()
