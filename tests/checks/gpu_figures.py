#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests benchmarks/cuda/measure.py with programs that stand in for those of a machine with a GPU.

    gpu_figures.py SOURCE
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1))
PYTHON = f"#!{sys.executable}\n"
PROGRAMS = {
    "bin/nvidia-smi": "#!/bin/sh\necho 'A GPU, 143771 MiB, 580.1'\n",
    "bin/nvcc": "#!/bin/sh\necho 'Cuda compilation tools, release 13.0, V13.0.88'\n",
    "bin/cmake": "#!/bin/sh\nexit 0\n",
    "bin/ctest": "#!/bin/sh\necho '100% tests passed, 0 tests failed out of 34'\n",
    "bin/compute-sanitizer": "#!/bin/sh\necho '========= ERROR SUMMARY: 0 errors'\n",
    "build/cuda/tests/test_cuda": "#!/bin/sh\n",
    "build/cuda/bouillon": PYTHON + """
import json, sys
loss = 2.5001 if "bf16" in sys.argv else 2.5
print(json.dumps({"event": "trial"}))
print(json.dumps({"event": "result", "decision": "merge", "recommendation": {"merge_weights": [0.5, 0.5]},
                  "rows": [{"merge_weights": [0.0, 1.0], "test_loss": 3.0},
                           {"merge_weights": [0.5, 0.5], "test_loss": loss}]}))
""",
    "build/cuda/benchmarks/bench_cuda": PYTHON + r"""
import json, os, re, sys, time
names = [f"score/{model}/{how}/{documents}/iterations:3/manual_time" for model in ("llama_7b", "llama_1b", "llama_tiny")
         for how in ("bf16", "float32") for documents in ("windows_1024", "ragged")]
names += ["sum<dtype::f32>/inputs:2/candidates:1/iterations:20/manual_time",
          "trial/llama_7b/8/iterations:3/manual_time"]
wanted = [option.split("=", 1)[1] for option in sys.argv if option.startswith("--benchmark_filter")][-1]
names = [name for name in names if re.search(wanted, name)]
if "--benchmark_list_tests" in sys.argv:
    sys.exit(print("\n".join(names)))
assert len(names) == 1, names
fault = os.environ.get("FAULT")
if "float32" in names[0] and fault == "crash":
    os.abort()
if "trial" in names[0] and fault == "hang":
    open("hangs", "w").close()
    time.sleep(100)
entry = {"name": names[0], "run_type": "iteration", "iterations": 3, "real_time": 2000.0, "cpu_time": 1.0,
         "time_unit": "us", "items_per_second": 40000.0}
entries = [entry]
if names[0].startswith("sum"):
    assert "--benchmark_repetitions=3" in sys.argv
    entries += [dict(entry, aggregate_name=each, real_time=us) for each, us in (("mean", 9.0), ("median", 3000.0))]
if fault == "error":
    entries = [{"name": names[0], "error_occurred": True, "error_message": "no memory", "real_time": 0}]
print(json.dumps({"benchmarks": entries}))
""",
    "rates": "#!/bin/sh\necho '{\"name\": \"any\", \"tokens_per_second\": 10000.0}'\n",
}


class figures_of_a_gpu(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for name, text in PROGRAMS.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        (self.root / "benchmarks" / "cuda").mkdir(parents=True)
        self.script = shutil.copy(SOURCE / "benchmarks" / "cuda" / "measure.py", self.root / "benchmarks" / "cuda")
        self.output = self.root / "build" / "gpu" / "figures.json"

    def tearDown(self):
        self.folder.cleanup()

    def start(self, *options, fault=""):
        environment = {**os.environ, "FAULT": fault, "PATH": f"{self.root}/bin{os.pathsep}{os.environ['PATH']}"}
        return subprocess.Popen([sys.executable, self.script, "--python", str(self.root / "rates"), *options],
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run_all(self, *options, fault=""):
        process = self.start(*options, fault=fault)
        printed, _ = process.communicate(timeout=60)
        return process.returncode, printed

    def figures(self):
        return {figure["name"]: figure for figure in json.loads(self.output.read_text())["figures"]}

    def test_all_is_measured(self):
        status, printed = self.run_all()
        self.assertEqual(status, 0, printed)
        report = json.loads(self.output.read_text())
        self.assertEqual((report["device"], report["driver"], report["cuda"]), ("A GPU", "580.1", "13.0"))
        self.assertTrue(report["finished"])
        figures = self.figures()
        self.assertEqual({figure["status"] for figure in figures.values()}, {"measured"})
        self.assertEqual(figures["score/llama_7b/bf16/ragged"]["milliseconds"], 2)
        self.assertEqual(figures["sum<dtype::f32>/inputs:2/candidates:1"]["milliseconds"], 3)
        self.assertEqual(figures["transformers/llama_1b/bf16/ragged"]["bouillon_over_transformers"], 4)
        self.assertEqual(figures["search/agreement"]["same_decision"], True)
        self.assertEqual((figures["tests"]["tests"], figures["tests"]["failed"]), (34, 0))
        self.assertFalse([name for name in figures if "tiny" in name])
        order = list(figures)
        self.assertEqual(order[:3], ["build", "tests", "sanitizer"])
        self.assertLess(order.index("search/agreement"), order.index("score/llama_7b/float32/ragged"))

    def test_what_fails_is_told_and_the_rest_measured(self):
        status, _ = self.run_all(fault="crash")
        self.assertEqual(status, 1)
        figures = self.figures()
        self.assertEqual(figures["score/llama_7b/float32/ragged"]["status"], "failed")
        self.assertIn("ended with -6", figures["score/llama_7b/float32/ragged"]["reason"])
        self.assertEqual(figures["score/llama_1b/bf16/ragged"]["status"], "measured")
        self.run_all(fault="error")
        self.assertEqual(self.figures()["trial/llama_7b/8"]["reason"], "no memory")

    def test_what_does_not_fit_into_the_time_is_skipped(self):
        status, _ = self.run_all("--minutes", "0.32", "--built")
        figures = self.figures()
        self.assertEqual(status, 0)
        self.assertEqual(figures["tests"]["status"], "skipped")  # they want 20 s
        self.assertRegex(figures["tests"]["reason"], r"1\d s of 0.32 minutes were left")
        self.assertEqual(figures["score/llama_7b/bf16/ragged"]["status"], "measured")
        self.assertNotIn("build", figures)

    def test_figures_stay_when_it_is_stopped(self):
        process = self.start("--built", fault="hang")
        while process.poll() is None and not (self.root / "hangs").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 1, printed)
        figures = self.figures()
        self.assertEqual(figures["score/llama_7b/bf16/ragged"]["status"], "measured")
        self.assertEqual(figures["trial/llama_7b/8"]["reason"], "the measurement was stopped before")
        self.assertFalse(json.loads(self.output.read_text())["finished"])

    def test_a_filter_names_the_figures(self):
        self.assertEqual(self.run_all("--built", "--benchmark_filter=tiny/bf16")[0], 0)
        self.assertEqual(set(self.figures()), {f"score/llama_tiny/bf16/{name}" for name in ("windows_1024", "ragged")})

    def test_other_packages_and_programs_may_be_missing(self):
        (self.root / "rates").write_text("#!/bin/sh\necho '{\"skipped\": \"no torch\"}'\n")
        (self.root / "build" / "cuda" / "bouillon").unlink()
        self.assertEqual(self.run_all()[0], 1)
        figures = self.figures()
        self.assertEqual(figures["transformers/llama_1b/bf16/ragged"]["reason"], "no torch")
        self.assertEqual(figures["search/bf16"]["status"], "failed")
        self.assertEqual(figures["search/agreement"]["reason"], "both searches are needed")

    def test_without_a_gpu_nothing_is_done(self):
        (self.root / "bin" / "nvidia-smi").write_text("#!/bin/sh\nexit 9\n")
        status, printed = self.run_all()
        self.assertEqual((status, printed), (1, "measure.py: nvidia-smi finds no GPU here\n"))
        self.assertFalse(self.output.exists())


if __name__ == "__main__":
    unittest.main()
