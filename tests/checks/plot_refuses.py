#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests that benchmarks/plot.py --check refuses documents and plots that the results do not have, in a copy.

    plot_refuses.py SOURCE
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1))
WITHIN_A_SENTENCE = re.compile(r"[\d.,-]*\d(<!--=bbob\.)")


class PlotRefuses(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("benchmarks", "docs"):
            shutil.copytree(SOURCE / name, self.root / name)
        shutil.copy(SOURCE / "README.md", self.root)
        self.benchmarks = self.root / "docs" / "benchmarks.md"

    def plot(self, *options):
        return subprocess.run([sys.executable, self.root / "benchmarks" / "plot.py", *options], capture_output=True,
                              text=True, check=False)

    def change(self, path, pattern, replacement):
        text = path.read_text(encoding="utf-8")
        changed = re.sub(pattern, replacement, text, count=1)
        self.assertNotEqual(text, changed)
        path.write_text(changed, encoding="utf-8")

    def refused(self, words):
        """The check names the place and writes nothing; without --check it is mended."""
        for _ in range(2):
            result = self.plot("--check")
            self.assertEqual(result.returncode, 1, result.stdout)
            self.assertRegex(result.stderr, words)
        self.plot()
        self.assertEqual(self.plot("--check").returncode, 0)

    def test_a_table(self):
        self.change(self.benchmarks, r"\| 42\.0 \|", "| 24.0 |")
        self.refused(r"docs/benchmarks\.md:\d+: the results give: \| mergekit, bf16 \| 42\.0")

    def test_a_figure_within_a_sentence(self):
        self.change(self.benchmarks, WITHIN_A_SENTENCE, r"9-9-9\1")
        self.refused(r"docs/benchmarks\.md:\d+: the results give: .*4-0-4<!--=bbob")

    def test_a_plot(self):
        self.change(self.root / "docs" / "pictures" / "benchmarks" / "trial.svg", "546 ms", "5 ms")
        self.refused(r"trial\.svg:\d+: the results give: .*546 ms")

    def test_results_that_were_measured_again(self):
        self.change(self.root / "benchmarks" / "results" / "trial.csv", "score,546", "score,500")
        self.refused(r"docs/benchmarks\.md:\d+: the results give: .*\| 500 \|")

    def test_a_name_that_there_is_not(self):
        self.change(self.benchmarks, "<!-- table: trial -->", "<!-- table: nothing -->")
        self.assertRegex(self.plot("--check").stderr, r"docs/benchmarks\.md: there is no table nothing")

    def test_a_number_of_the_readme_that_was_not_measured(self):
        readme = self.root / "README.md"
        readme.write_text(readme.read_text(encoding="utf-8") + "\nIt gains 0.9999 nats.\n", encoding="utf-8")
        self.assertRegex(self.plot("--check").stderr, r"README\.md: 0\.9999 is no figure of the results")

    def test_results_of_no_day(self):
        self.change(self.root / "benchmarks" / "results" / "trial.csv", "2026-11-23", "yesterday")
        self.assertRegex(self.plot("--check").stderr, r"results/trial\.csv:2: no date or machine")


if __name__ == "__main__":
    unittest.main()
