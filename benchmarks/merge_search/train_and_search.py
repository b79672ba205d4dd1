# SPDX-License-Identifier: Apache-2.0
"""Trains a small model with transformers' Trainer, searches the Trainer's folder for the best merge of its checkpoints,
loads the merge with transformers and checks there that it has the losses that bouillon printed.

    apt-get install bible-kjv-text
    python train_and_search.py --program build/release/bouillon [--family olmo2] [--steps 960] [--folder FOLDER]

The text is the King James Bible of Debian's package bible-kjv-text, a chapter a document; the chapters that the search
and its verdict see are kept from the training and from the tokenizer, which is trained here too. The learning rate is
constant after a short warm-up. With --folder what is made stays there, and a run that is complete there is not trained
again. Exit status: 0 if every loss that bouillon printed is PyTorch's within --tolerance nats per token, else 1.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
MAKE_HELD_OUT = HERE.parent.parent / "examples" / "make_held_out.py"
END_OF_TEXT = "<|endoftext|>"
VOCABULARY = 1024
HELD_OUT = 48  # chapters for the search, and as many for the verdict


def model_config(family, context):
    import transformers
    shared = dict(vocab_size=VOCABULARY, hidden_size=128, intermediate_size=352, num_hidden_layers=4,
                  num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=context, use_cache=False,
                  bos_token_id=None, eos_token_id=0, pad_token_id=None)
    if family == "olmo2":
        return transformers.Olmo2Config(**shared)
    if family == "smollm3":
        return transformers.SmolLM3Config(**shared)
    return transformers.OlmoeConfig(**{**shared, "intermediate_size": 128}, num_experts=8, num_experts_per_tok=2,
                                    router_aux_loss_coef=0.01, output_router_logits=True)


def chapters():
    """The text of every chapter, in order."""
    verses = subprocess.run(["bible", "-f", "Gen1:1-Rev22:21"], check=True, capture_output=True, text=True).stdout
    texts = {}
    for line in verses.splitlines():
        chapter, text = re.match(r"(\S+):\d+ (.*)", line).groups()
        texts.setdefault(chapter, []).append(text)
    return ["\n".join(lines) for lines in texts.values()]


def write_documents(path, texts):
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def split(folder):
    """Writes the documents of search and test; returns the chapters for training."""
    texts = chapters()
    stride = len(texts) // (2 * HELD_OUT)
    held_out = {number: texts[number] for number in list(range(stride // 2, len(texts), stride))[:2 * HELD_OUT]}
    write_documents(folder / "search.jsonl", list(held_out.values())[0::2])
    write_documents(folder / "test.jsonl", list(held_out.values())[1::2])
    return [text for number, text in enumerate(texts) if number not in held_out]


def train_tokenizer(texts):
    import tokenizers
    from transformers import PreTrainedTokenizerFast
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, tokenizers.trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[END_OF_TEXT], show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END_OF_TEXT)


def train(arguments, run, texts):
    import torch
    import transformers
    transformers.set_seed(arguments.seed)
    tokenizer = train_tokenizer(texts)
    tokens = [token for text in texts for token in [*tokenizer(text)["input_ids"], tokenizer.eos_token_id]]
    context = arguments.context
    blocks = torch.tensor(tokens[:len(tokens) // context * context]).reshape(-1, context)
    examples = [{"input_ids": block, "labels": block} for block in blocks]
    model = transformers.AutoModelForCausalLM.from_config(model_config(arguments.family, context))
    trainer = transformers.Trainer(
        model=model, train_dataset=examples, processing_class=tokenizer,
        data_collator=transformers.default_data_collator,
        args=transformers.TrainingArguments(
            output_dir=run, use_cpu=True, report_to="none", seed=arguments.seed, max_steps=arguments.steps,
            per_device_train_batch_size=arguments.batch, learning_rate=arguments.learning_rate,
            lr_scheduler_type="constant_with_warmup", warmup_steps=arguments.steps // 20, weight_decay=0.1,
            adam_beta2=0.95, save_strategy="steps", save_steps=arguments.save_every,
            logging_steps=arguments.save_every, disable_tqdm=True))
    start = time.monotonic()
    trainer.train()
    print(f"{arguments.family}: {model.num_parameters() / 1e6:.2f} M parameters, {len(tokens) / 1e6:.2f} M tokens of "
          f"text, {arguments.steps * arguments.batch * context / 1e6:.2f} M trained on in "
          f"{time.monotonic() - start:.0f} s", flush=True)


def make_held_out(folder, newest, name):
    subprocess.run([sys.executable, MAKE_HELD_OUT, "--tokenizer", newest, "--out", folder / f"{name}.safetensors",
                    folder / f"{name}.jsonl"], check=True)


def run_program(command):
    """The objects that the program prints, and its seconds (wall, processor)."""
    print("$", *command, flush=True)
    start = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"the program failed with status {os.waitstatus_to_exitcode(status)}")
    seconds = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    return [json.loads(line) for line in printed.splitlines()], seconds


def pytorch_losses(folder, held_out):
    """Each document's mean loss; documents are cut in windows of the model's context."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    context = model.config.max_position_embeddings
    tensors = load_file(held_out)
    tokens, offsets = tensors["tokens"].to(torch.int64), tensors["document_offsets"].tolist()
    losses = []
    with torch.no_grad():
        for begin, end in zip(offsets, offsets[1:]):
            document, total = tokens[begin:end], 0.0
            for start in range(0, len(document) - 1, context):
                window = document[start:start + context + 1]
                logits = model(window[None, :-1]).logits[0].double()
                total += torch.nn.functional.cross_entropy(logits, window[1:], reduction="sum").item()
            losses.append(total / (len(document) - 1))
    return losses


def print_table(rows):
    print("| merge | search loss | test loss | gain over newest | significant |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['name']} | {row['search_loss']:.4f} ({row['search_standard_error']:.4f}) "
              f"| {row['test_loss']:.4f} ({row['test_standard_error']:.4f}) "
              f"| {row['gain']:+.4f} ({row['gain_standard_error']:.4f}) | {'yes' if row['significant'] else 'no'} |")


def check(arguments, name, folder, held_out, printed):
    """Compares a mean that the program printed, and the losses of its score command, with PyTorch's."""
    (scored,), seconds = run_program([arguments.program, "score", folder, "--held-out", held_out, "--json", "--losses"])
    start = time.process_time()
    losses = pytorch_losses(folder, held_out)
    torch_seconds = time.process_time() - start
    mean = sum(losses) / len(losses)
    worst = max(abs(a - b) for a, b in zip(losses, scored["losses"], strict=True))
    good = max(abs(mean - printed), abs(mean - scored["loss"]), worst) <= arguments.tolerance
    print(f"{name}, {held_out.name}: search printed {printed:.6f}, score {scored['loss']:.6f}, PyTorch {mean:.6f}; "
          f"largest difference of a document {worst:.1e}; processor seconds {seconds[1]:.1f}, PyTorch "
          f"{torch_seconds:.1f}: {'equal' if good else 'DIFFERENT'}", flush=True)
    return good


def search_folder(arguments, run, search, test, merged):
    printed, seconds = run_program([arguments.program, "search", run, "--last", arguments.last, "--held-out", search,
                                    "--test", test, "--budget", arguments.budget, "--out", merged, "--force", "--json"])
    trials, result = [line for line in printed if line["event"] == "trial"], printed[-1]
    print_table(result["rows"])
    print("weights:", *(f"{name}:{weight:.3f}" for name, weight in
                        zip(result["checkpoints"], result["rows"][-1]["merge_weights"])))
    mean = {part: sum(trial["seconds"][part] for trial in trials) / len(trials) for part in trials[0]["seconds"]}
    print(f"decision: {result['decision']}; {len(trials)} trials, {seconds[0]:.1f} s, {seconds[1]:.1f} of the "
          f"processor; a trial: {', '.join(f'{part} {1000 * value:.1f} ms' for part, value in mean.items())}; "
          f"documents a trial: {sum(trial['documents'] for trial in trials) / len(trials):.1f}")
    return result


def work(arguments, folder):
    run, merged = folder / "run", folder / "merged"
    if not (run / f"checkpoint-{arguments.steps}" / "trainer_state.json").exists():
        train(arguments, run, split(folder))
    newest = run / f"checkpoint-{arguments.steps}"
    for name in ("search", "test"):
        make_held_out(folder, newest, name)
    print("in the newest checkpoint:", *sorted(path.name for path in newest.iterdir()))
    search, test = folder / "search.safetensors", folder / "test.safetensors"
    result = search_folder(arguments, run, search, test, merged)
    rows = {row["name"]: row for row in result["rows"]}
    good = check(arguments, "newest", newest, test, rows["newest"]["test_loss"])
    if result["decision"] != "merge":
        print("decision: keep the newest")
        return good
    for held_out, key in ((search, "search_loss"), (test, "test_loss")):
        good = check(arguments, "found merge", merged, held_out, rows["found merge"][key]) and good
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--family", choices=("olmo2", "olmoe", "smollm3"), default="olmo2")
    parser.add_argument("--steps", type=int, default=960)
    parser.add_argument("--save-every", type=int, default=60)
    parser.add_argument("--context", type=int, default=128)
    parser.add_argument("--batch", type=int, default=16, help="sequences a step")
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--last", type=int, default=8, help="checkpoints to merge")
    parser.add_argument("--budget", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="PyTorch's; on a busy machine several are slower")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--folder", type=pathlib.Path)
    arguments = parser.parse_args()
    import torch
    torch.set_num_threads(arguments.threads)
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        return 0 if work(arguments, arguments.folder) else 1
    with tempfile.TemporaryDirectory() as folder:
        return 0 if work(arguments, pathlib.Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
