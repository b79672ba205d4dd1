# SPDX-License-Identifier: Apache-2.0
"""What the scripts here share: checkpoints of random weights, documents of random tokens, and a program that is run and
measured. Weights are written straight into safetensors, without a model in memory."""
import json
import os
import pathlib
import subprocess
import threading
import time

import numpy


def llama_config(layers, width, intermediate, heads, kv_heads, vocabulary, context, **more):
    return {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": width,
            "intermediate_size": intermediate, "num_hidden_layers": layers, "num_attention_heads": heads,
            "num_key_value_heads": kv_heads, "head_dim": width // heads, "vocab_size": vocabulary,
            "max_position_embeddings": context, "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "hidden_act": "silu",
            "tie_word_embeddings": True, "attention_bias": False, "mlp_bias": False, "torch_dtype": "bfloat16", **more}


def olmoe_config(layers, width, intermediate, heads, experts, active, vocabulary, context):
    return {"model_type": "olmoe", "architectures": ["OlmoeForCausalLM"], "hidden_size": width,
            "intermediate_size": intermediate, "num_hidden_layers": layers, "num_attention_heads": heads,
            "num_key_value_heads": heads, "vocab_size": vocabulary, "max_position_embeddings": context,
            "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "num_experts": experts,
            "num_experts_per_tok": active, "norm_topk_prob": False, "clip_qkv": None, "attention_bias": False,
            "tie_word_embeddings": True, "torch_dtype": "bfloat16"}


def shapes_of(config):
    """Name and shape of each tensor, in the model's order."""
    width, inner = config["hidden_size"], config["intermediate_size"]
    head = config.get("head_dim", width // config["num_attention_heads"])
    queries, keys = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    feed_forward = {"gate_proj": (inner, width), "up_proj": (inner, width), "down_proj": (width, inner)}
    yield "model.embed_tokens.weight", (config["vocab_size"], width)
    for layer in range(config["num_hidden_layers"]):
        name = f"model.layers.{layer}."
        yield name + "input_layernorm.weight", (width,)
        yield name + "post_attention_layernorm.weight", (width,)
        for part, shape in {"q": (queries, width), "k": (keys, width), "v": (keys, width),
                            "o": (width, queries)}.items():
            yield f"{name}self_attn.{part}_proj.weight", shape
        if "num_experts" in config:
            yield name + "self_attn.q_norm.weight", (queries,)
            yield name + "self_attn.k_norm.weight", (keys,)
            yield name + "mlp.gate.weight", (config["num_experts"], width)
        for expert in [f"experts.{number}." for number in range(config.get("num_experts", 0))] or [""]:
            for part, shape in feed_forward.items():
                yield f"{name}mlp.{expert}{part}.weight", shape
    yield "model.norm.weight", (width,)


def parameters_of(config):
    return sum(int(numpy.prod(shape)) for _, shape in shapes_of(config))


def bfloat16(values):
    return (values.view(numpy.uint32) >> 16).astype(numpy.uint16)


def random_tensors(config, count):
    """(name, bf16 values of each of `count` checkpoints), which differ in their lowest three bits: 1 part in 16."""
    generator = numpy.random.default_rng(1)
    for name, shape in shapes_of(config):
        if len(shape) == 1:
            base = bfloat16(numpy.ones(shape, numpy.float32))
        else:
            base = bfloat16(generator.standard_normal(shape, numpy.float32) * numpy.float32(0.02))
        yield name, [base ^ (generator.integers(0, 256, shape, numpy.uint8) & 7) for _ in range(count)]


def write_checkpoints(folder, config, count, shards=2):
    """Writes step-1, step-2 ... in so many shards each; returns their paths, the newest last."""
    paths = [folder / f"step-{step + 1}" for step in range(count)]
    named = list(shapes_of(config))
    sizes = {name: 2 * int(numpy.prod(shape)) for name, shape in named}
    total, passed, shard_of = sum(sizes.values()), 0, {}
    for name, _ in named:
        shard_of[name] = min(shards - 1, shards * passed // total)
        passed += sizes[name]
    file_of = lambda shard: f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
    files = [[] for _ in paths]
    for path, opened in zip(paths, files):
        path.mkdir(parents=True)
        (path / "config.json").write_text(json.dumps(config, indent=1))
        (path / "model.safetensors.index.json").write_text(json.dumps(
            {"metadata": {"total_size": total}, "weight_map": {name: file_of(shard_of[name]) for name, _ in named}}))
        for shard in range(shards):
            header, offset = {"__metadata__": {"format": "pt"}}, 0
            for name, shape in named:
                if shard_of[name] == shard:
                    header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + sizes[name]]}
                    offset += sizes[name]
            text = json.dumps(header).encode()
            text += b" " * (-len(text) % 8)
            opened.append(open(path / file_of(shard), "wb"))
            opened[-1].write(len(text).to_bytes(8, "little") + text)
    for name, values in random_tensors(config, count):
        for opened, each in zip(files, values):
            opened[shard_of[name]].write(each.tobytes())
    for opened in files:
        for file in opened:
            file.close()
    return paths


def write_documents(path, documents, tokens, vocabulary):
    """Writes so many documents of so many random tokens each."""
    from safetensors.numpy import save_file
    ids = numpy.random.default_rng(2).integers(0, vocabulary, documents * tokens).astype(numpy.int32)
    save_file({"tokens": ids, "document_offsets": numpy.arange(documents + 1, dtype=numpy.int64) * tokens}, path)


def peak_memory(pid):
    """Bytes of the largest resident set so far, and of the part that is not of files."""
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return {"peak": 1024 * int(status["VmHWM"].split()[0]), "anonymous": 1024 * int(status["RssAnon"].split()[0])}


def measured(command, trials=None, **more):
    """Runs a command that prints JSON; returns its objects, what it said on standard error and what it took.

    With `trials`, the program is ended as soon as so many trials were printed that were measured by themselves.
    """
    print("$", *command, flush=True)
    start = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               **more)
    said, printed, memory, seen = [], [], {"peak": 0, "anonymous": 0}, 0
    listener = threading.Thread(target=lambda: said.extend(process.stderr))
    listener.start()
    for line in process.stdout:
        printed.append(json.loads(line))
        if printed[-1].get("event") == "trial":
            memory = {part: max(value, memory[part]) for part, value in peak_memory(process.pid).items()}
            seen += printed[-1]["seconds"]["score"] > 0
            if trials is not None and seen >= trials:
                process.terminate()
                break
    _, status, usage = os.wait4(process.pid, 0)
    listener.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 and not (trials is not None and seen >= trials):
        raise SystemExit(f"failed with status {process.returncode}: {''.join(said)}")
    memory["peak"] = max(memory["peak"], 1024 * usage.ru_maxrss)
    return printed, "".join(said), {"wall": time.monotonic() - start, "cpu": usage.ru_utime + usage.ru_stime, **memory}
