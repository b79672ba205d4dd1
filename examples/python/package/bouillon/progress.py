# SPDX-License-Identifier: Apache-2.0
"""How far a search is, in a terminal and in a notebook."""
import math
import sys
import time


class Line:
    """A line that is written over in a terminal and in a notebook, and added to a file.

    It goes to standard error, unless a file is given.
    """

    def __init__(self, file=None):
        self._file, self._began = file, time.monotonic()
        self._display, self._open = None, False  # of a notebook; whether the terminal's line has no end yet

    def timed(self, text):
        return f"{text}, {math.ceil(time.monotonic() - self._began)} s"

    def show(self, text):
        notebook = self._notebook()
        if notebook is not None:
            self._show_in_notebook(notebook, text)
        elif self._is_terminal():
            self._open = True
            print(f"\r\x1b[K{text}", end="", file=self._out(), flush=True)
        else:
            print(text, file=self._out(), flush=True)

    def end(self):
        """What is printed next stands below."""
        if self._open:
            self._open = False
            print(file=self._out(), flush=True)

    def _out(self):
        return sys.stderr if self._file is None else self._file

    def _is_terminal(self):
        return hasattr(self._out(), "isatty") and self._out().isatty()

    def _notebook(self):
        """IPython's display where a notebook's kernel runs this, and no file was asked for."""
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if self._file is not None or shell is None or not hasattr(shell, "kernel"):
            return None
        from IPython import display
        return display

    def _show_in_notebook(self, notebook, line):
        text = notebook.Pretty(line) if hasattr(notebook, "Pretty") else line
        if self._display is None:
            self._display = notebook.display(text, display_id=True)
        else:
            self._display.update(text)


def trials(ended, budget, best):
    """Such as "trial 7 of 20, best loss 2.6841"."""
    return f"trial {ended}{'' if budget is None else f' of {budget}'}{best}"


class Progress:
    """A line that is written over as a search goes on.

        with bouillon.Progress(search) as progress:
            while not search.done():
                trial = search.suggest()
                ...
                progress.show()

    A notebook shows it below its cell. Where standard error is a file, a line is added for each trial.
    """

    def __init__(self, search, file=None):
        self._search, self._line = search, Line(file)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self._line.end()

    def show(self):
        """Shows where the search is now."""
        self._line.show(self.line())

    def line(self):
        """Such as "trial 7 of 20, best loss 2.6841, 12 s"."""
        records = self._search.history()
        losses = [one.loss for one in records if one.status == "observed"]
        what = "difference" if self._search.differences else "loss"
        best = f", best {what} {min(losses):.4f}" if losses else ""
        ended = sum(one.status != "pending" for one in records)
        return self._line.timed(trials(ended, self._search.budget, best))
