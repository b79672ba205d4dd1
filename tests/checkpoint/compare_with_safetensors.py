# SPDX-License-Identifier: Apache-2.0
"""Compares bouillon's reader and writer with safetensors from PyPI, in both directions.

usage: compare_with_safetensors.py ROUND_TRIP      (the program of tests/programs/round_trip.cpp)

Exit status: 0 they agree; 1 they do not; 77 the package or numpy is not installed, so there is nothing to compare with.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy
    import safetensors
    from safetensors.numpy import load_file, save_file
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

BITS = {"F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "BF16": 16, "F16": 16, "F32": 32,
        "F64": 64, "BOOL": 8, "U8": 8, "I8": 8, "I16": 16, "U16": 16, "I32": 32, "U32": 32, "I64": 64, "U64": 64, "C64": 64}
NUMPY_TYPES = ["bool", "uint8", "int8", "int16", "uint16", "float16", "int32", "uint32", "float32", "float64", "int64", "uint64"]
SHAPES = [(), (0,), (1,), (7,), (3, 5), (2, 0, 3), (2, 3, 4, 5)]

program = sys.argv[1]
failures = 0


def check(holds, what):
    global failures
    if not holds:
        failures += 1
        print("FAILED:", what)


def file_bytes(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def reference_accepts(content):
    try:
        safetensors.deserialize(content)
        return True
    except safetensors.SafetensorError:
        return False


def contents(content):
    """What a file says, in the reference's reading: {name: (dtype, shape, bytes)}."""
    return {name: (view["dtype"], tuple(view["shape"]), bytes(view["data"]))
            for name, view in safetensors.deserialize(content)}


def metadata(content):
    (size,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8:8 + size]).get("__metadata__", {})


def check_copy(folder, source, what):
    """bouillon reads `source` and writes it anew: the reference must read the same from both."""
    copy = folder / "copy.safetensors"
    copy.unlink(missing_ok=True)
    subprocess.run([program, "copy", source, copy], check=True)
    before, after = source.read_bytes(), copy.read_bytes()
    check(contents(before) == contents(after), f"{what}: tensors differ")
    check(metadata(before) == metadata(after), f"{what}: metadata differs")
    return after


def check_written_by_the_reference(folder):
    random = numpy.random.default_rng(1)
    tensors = {}
    for dtype in NUMPY_TYPES:
        for number, shape in enumerate(SHAPES):
            size = int(numpy.prod(shape)) * numpy.dtype(dtype).itemsize
            raw = random.integers(0, 2 if dtype == "bool" else 256, size, dtype=numpy.uint8).tobytes()
            tensors[f"layer.{number}.{dtype}"] = numpy.frombuffer(raw, dtype).reshape(shape)
    tensors['a "name" \\ é \t'] = numpy.ones(3, numpy.float32)
    source = folder / "reference.safetensors"
    save_file(tensors, source, {"format": "pt", "note": "é \"quoted\"\n"})
    copy = check_copy(folder, source, "written by the reference")
    loaded = load_file(folder / "copy.safetensors")
    check(all(loaded[name].tobytes() == tensor.tobytes() for name, tensor in tensors.items()), "loaded values differ")
    # Both sort alike and write compact JSON; only the order of the metadata is the reference's own.
    save_file(tensors, source, {"format": "pt"})
    check(check_copy(folder, source, "one label") == source.read_bytes(), "the bytes of the two writers differ")


def check_every_type_unaligned(folder):
    """Types that numpy has not, at places that no type is aligned to."""
    header, data = {"__metadata__": {"format": "pt"}, "first": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]}}, b"abc"
    known = [t for t in BITS if reference_accepts(
        file_bytes({"x": {"dtype": t, "shape": [8], "data_offsets": [0, BITS[t]]}}, bytes(BITS[t])))]
    check({"BF16", "F8_E5M2", "F8_E4M3"} <= set(known), f"the reference knows only {known}")
    for dtype in known:
        raw = bytes(range(BITS[dtype]))  # of 8 elements
        header[dtype] = {"dtype": dtype, "shape": [2, 4], "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    source = folder / "unaligned.safetensors"
    source.write_bytes(file_bytes(header, data))
    check_copy(folder, source, "every type, unaligned")


def check_agreement_on_bad_files(folder):
    def tensor(dtype, shape, begin, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}

    one = {"x": tensor("I32", [2, 2], 0, 16)}
    inputs = [b"", b"\x3c" + bytes(7), b"\x3c" + bytes(4) + b"\xff" * 3, file_bytes(b"\xff"), file_bytes(b"{"), file_bytes(b""),
              file_bytes(b"{}\r \t\n"), file_bytes(b"\n\t \r{}"), file_bytes(b"[]"), file_bytes(b"null"), file_bytes(b"{}x"),
              file_bytes(b"{}\0"), file_bytes(b"\xef\xbb\xbf{}"), file_bytes(one, bytes(16)), file_bytes(one, bytes(17)),
              file_bytes(one, bytes(14)), file_bytes({f"w{i}": one["x"] for i in range(10)}, bytes(16)),
              file_bytes(json.dumps(one)[:-1].encode() + b', "__metadata__": {}, "__metadata__": {}}', bytes(16))]
    for entry, size in [(tensor("I32", [2, 2], 0, 4), 4), (tensor("I32", [2, 2**64 - 2], 0, 16), 16),
                        (tensor("I32", [2, 2**63 - 1], 0, 16), 16), (tensor("I32", [2, 0], 0, 0), 0),
                        (tensor("I32", [], 0, 4), 4), (tensor("I32", [], 0, 0), 0), (tensor("F4", [1, 3], 0, 1), 1),
                        (tensor("F4", [1, 2], 0, 2), 2), (tensor("F4", [1, 2], 0, 1), 1), (tensor("U8", [2**63, 4, 0], 0, 0), 0),
                        (tensor("U8", [0, 2**63, 4], 0, 0), 0), (tensor("U8", [4], 4, 0), 4), (tensor("U8", [4], 1, 5), 5),
                        (tensor("f32", [1], 0, 4), 4), (tensor("F32", [1.0], 0, 4), 4), (tensor("F32", [-1], 0, 4), 4),
                        (tensor("F32", [True], 0, 4), 4), (tensor("F32", ["1"], 0, 4), 4), (tensor("F32", None, 0, 4), 4),
                        (tensor("F32", [2**64], 0, 4), 4), (tensor("F32", [1], 0, 2**64 - 1), 4),
                        (tensor("F32", [1], 0, 4) | {"extra": {"deep": [[1.5, None]]}}, 4),
                        ({"dtype": "F32", "shape": [1], "data_offsets": [0]}, 4),
                        ({"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}, 4),
                        ({"dtype": "F32", "shape": [1]}, 4), ({"shape": [1], "data_offsets": [0, 4]}, 4),
                        ({"dtype": "F32", "data_offsets": [0, 4]}, 4), (1, 0), (None, 0), ("F32", 0), ([], 0)]:
        inputs.append(file_bytes({"x": entry}, bytes(size)))
    for text in [b"1e0", b"-0", b"01", b"1E0", b"99999999999999999999"]:
        inputs.append(file_bytes(b'{"x":{"dtype":"U8","shape":[' + text + b'],"data_offsets":[0,1]}}', b"1"))
    for depth in [125, 126]:
        note = b'"note":' + b"[" * depth + b"]" * depth
        inputs.append(file_bytes(b'{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],' + note + b"}}", b"1"))
    for label in [b'{"a":1}', b'{"a":null}', b"[]", b"null", b"{}", b'{"a":"b"}', b'{"a":"\\ud800"}', b'{"a":"\xff"}']:
        inputs.append(file_bytes(b'{"__metadata__":' + label + b"}"))

    paths = []
    for number, content in enumerate(inputs):
        paths.append(folder / f"{number}.safetensors")
        paths[-1].write_bytes(content)
    verdicts = subprocess.run([program, "check", *paths], check=True, capture_output=True, text=True).stdout.splitlines()
    check(len(verdicts) == len(inputs), "a verdict is missing")
    accepted = 0
    for content, verdict in zip(inputs, verdicts):
        accepted += verdict == "ok"
        check(reference_accepts(content) == (verdict == "ok"), f"{content[:200]}: bouillon says {verdict}")
    check(0 < accepted < len(inputs) / 2, "the corpus is lopsided")
    print(f"{len(inputs)} files judged alike, {accepted} of them valid")


with tempfile.TemporaryDirectory() as name:
    check_written_by_the_reference(pathlib.Path(name))
    check_every_type_unaligned(pathlib.Path(name))
    check_agreement_on_bad_files(pathlib.Path(name))
print("safetensors", safetensors.__version__, "FAILED" if failures else "agrees")
sys.exit(1 if failures else 0)
