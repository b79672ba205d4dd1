# SPDX-License-Identifier: Apache-2.0
"""What the plots share: an SVG, its axes and its marks."""
import collections
import math

COLOURS = {  # class: (on light, on dark)
    "bouillon": ("#0b5cad", "#58a6ff"), "optuna": ("#c2410c", "#f0883e"), "botorch": ("#7e22ce", "#c297ff"),
    "cma": ("#15803d", "#56d364"), "other": ("#6b7280", "#a0a8b3"), "ink": ("#1f2328", "#e6edf3"),
    "grid": ("#d8dee4", "#30363d"), "aim": ("#b91c1c", "#ff7b72")}
PAPER = ("#ffffff", "#0d1117")


class Picture:
    """An SVG on a paper of its own, so that it is legible on light pages and on dark ones."""

    def __init__(self, name, title, height, width=860):
        self.name, self.title, self.width, self.height, self.parts = name, title, width, height, []
        self.text(16, 24, title, "start", "title")

    def add(self, part):
        self.parts.append(part)

    def text(self, x, y, words, anchor="start", kind="ink"):
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        self.add(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>')

    def line(self, points, kind, dash=""):
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add(f'<polyline class="s-{kind}" points="{path}"{dash}/>')

    def bar(self, x, y, width, height, kind):
        self.add(f'<rect class="f-{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}"/>')

    def mark(self, x, y, kind, shape):
        """Systems differ in shape too, for whoever sees no difference of colours."""
        shapes = {"circle": [], "square": [(-4, -4), (4, -4), (4, 4), (-4, 4)], "triangle": [(-5, 4), (0, -5), (5, 4)],
                  "diamond": [(-5, 0), (0, -5), (5, 0), (0, 5)]}
        if shape == "circle":
            self.add(f'<circle class="f-{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        elif shape == "bar":
            self.line([(x, y - 5), (x, y + 5)], kind)
        else:
            path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[shape])
            self.add(f'<polygon class="f-{kind}" points="{path}"/>')

    def legend(self, entries, y=44, x=16):
        """entries: (words, class, shape)"""
        for words, kind, shape in entries:
            self.mark(x + 5, y - 4, kind, shape)
            self.text(x + 16, y, words)
            x += 34 + 6.6 * len(words)

    def style(self, side):
        rules = [f".paper{{fill:{PAPER[side]}}}"]
        for name, colours in COLOURS.items():
            rules.append(f".f-{name}{{fill:{colours[side]}}}.s-{name}{{stroke:{colours[side]}}}")
        rules.append(f".ink,.title{{fill:{COLOURS['ink'][side]}}}.aim{{fill:{COLOURS['aim'][side]}}}")
        return "".join(rules)

    def svg(self):
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'width="{self.width}" height="{self.height}">', f"<title>{self.title}</title>",
            "<style>text{font:12px system-ui,sans-serif}.title{font-size:15px;font-weight:600}"
            f"polyline{{fill:none;stroke-width:2}}.s-grid{{stroke-width:1}}{self.style(0)}",
            f"@media(prefers-color-scheme:dark){{{self.style(1)}}}</style>",
            f'<rect class="paper" width="{self.width}" height="{self.height}"/>', *self.parts, "</svg>", ""])


Box = collections.namedtuple("Box", "left top width height")


def scale(low, high, start, end, log=False):
    """A function from values between low and high to places between start and end."""
    along = math.log10 if log else float
    return lambda value: start + (along(value) - along(low)) / (along(high) - along(low)) * (end - start)


def number(value):
    return f"{value:g}"


def power(value):
    return f"1e{math.log10(value):.0f}"


def lines(picture, box, title, series, x_ticks, y_ticks, x_name=number, y_name=number, aim=None):
    """series: (class, shape, [(place, value)]); places lie evenly, in the order of x_ticks."""
    at_x = scale(0, len(x_ticks) - 1, box.left + 8, box.left + box.width - 8)
    at_y = scale(y_ticks[0], y_ticks[-1], box.top + box.height, box.top)
    picture.text(box.left, box.top - 10, title)
    for tick in y_ticks:
        picture.line([(box.left, at_y(tick)), (box.left + box.width, at_y(tick))], "grid")
        picture.text(box.left - 6, at_y(tick) + 4, y_name(tick), "end")
    for place, tick in enumerate(x_ticks):
        picture.text(at_x(place), box.top + box.height + 18, x_name(tick), "middle")
    if aim:
        places = [(at_x(x_ticks.index(x)), at_y(y)) for x, y in aim]
        picture.line(places, "aim", "5 4")
        picture.text(box.left + 8, places[0][1] + 15, "aim", "start", "aim")
    for kind, shape, points in series:
        places = [(at_x(x_ticks.index(x)), at_y(y)) for x, y in points]
        picture.line(places, kind)
        for place in places:
            picture.mark(*place, kind, shape)


def bars(picture, box, title, rows, at, ticks, name=number, step=24):
    """rows: (label, value, class, aim or None, words at the bar's end)"""
    picture.text(box.left, box.top - 10, title)
    bottom = box.top + step * len(rows)
    for tick in ticks:
        picture.line([(at(tick), box.top), (at(tick), bottom)], "grid")
        picture.text(at(tick), bottom + 16, name(tick), "middle")
    for index, (label, value, kind, aim, words) in enumerate(rows):
        y = box.top + step * index + 4
        picture.text(box.left - 8, y + 12, label, "end")
        picture.bar(at(ticks[0]), y, at(value) - at(ticks[0]), step - 8, kind)
        if aim is not None:
            picture.line([(at(aim), y - 3), (at(aim), y + step - 5)], "aim")
        picture.text(max(at(value), at(aim) if aim is not None else 0) + 6, y + 12, words)


def dots(picture, box, title, rows, at, ticks, name=number, step=19, labels=True):
    """rows: (label, [(value, class, shape)])"""
    picture.text(box.left, box.top - 10, title)
    bottom = box.top + step * len(rows)
    for tick in ticks:
        picture.line([(at(tick), box.top), (at(tick), bottom)], "grid")
        picture.text(at(tick), bottom + 16, name(tick), "middle")
    for index, (label, marks) in enumerate(rows):
        y = box.top + step * (index + 0.5)
        if labels:
            picture.text(box.left - 8, y + 4, label, "end")
        picture.line([(at(ticks[0]), y), (at(ticks[-1]), y)], "grid")
        for value, kind, shape in reversed(marks):
            picture.mark(at(value), y, kind, shape)
