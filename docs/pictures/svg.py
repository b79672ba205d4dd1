# SPDX-License-Identifier: Apache-2.0
"""What the pictures share: text, boxes, arrows, and colours that are legible on light and on dark pages."""
from xml.sax.saxutils import escape

# A reader's browser picks the set. The background is painted, so that a page of the other kind does no harm.
LIGHT = {"page": "#ffffff", "box": "#f4f6f8", "ink": "#1b1f24", "soft": "#57606a", "line": "#8c959f",
         "grid": "#e4e8ec", "first": "#0b62c4", "second": "#b45309", "third": "#1a7f46", "fourth": "#7c3aad"}
DARK = {"page": "#12161b", "box": "#1c2229", "ink": "#e8ecf0", "soft": "#a5afba", "line": "#768390",
        "grid": "#29313a", "first": "#6cb2ff", "second": "#f2a65a", "third": "#58c98b", "fourth": "#c99bf0"}


def _rules(colours):
    rules = " ".join(f".{name}{{fill:{colour}}} .{name}-line{{stroke:{colour}}}" for name, colour in colours.items())
    return f"{rules} .halo{{stroke:{colours['page']};stroke-width:4px;paint-order:stroke}}"


def document(width, height, title, parts):
    """A whole picture; `title` is what a screen reader says."""
    style = (f"text{{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;font-size:13px}} "
             f".mono{{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:11px}} "
             f".small{{font-size:12px}} .bold{{font-weight:600}} .none{{fill:none}} {_rules(LIGHT)} "
             f"@media (prefers-color-scheme: dark){{{_rules(DARK)}}}")
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">\n'
            f"<!-- SPDX-License-Identifier: Apache-2.0; drawn by docs/pictures/draw.py -->\n"
            f"<title>{escape(title)}</title>\n<style>{style}</style>\n"
            f'<rect class="page" width="{width}" height="{height}" rx="8"/>\n')
    return head + "\n".join(parts) + "\n</svg>\n"


def number(value):
    return f"{value:.1f}".removesuffix(".0")


def text(x, y, words, classes="ink", anchor="start"):
    return f'<text x="{number(x)}" y="{number(y)}" class="{classes}" text-anchor="{anchor}">{escape(words)}</text>'


def line(points, classes, width=1.5, dashed=False, more=""):
    path = "M" + " L".join(f"{number(x)} {number(y)}" for x, y in points)
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<path d="{path}" class="none {classes}" stroke-width="{width}"{dashes}{more}/>'


def circle(x, y, radius, classes):
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" class="{classes}"/>'


def box(x, y, width, height, classes="box line-line", radius=6):
    return (f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
            f'rx="{radius}" class="{classes}"/>')


def arrow(points, classes="soft"):
    """A line with a head at its last point; segments are horizontal or vertical."""
    (x0, y0), (x, y) = points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    back = (x - 8 * dx, y - 8 * dy)
    head = [(x, y), (back[0] - 4 * dy, back[1] - 4 * dx), (back[0] + 4 * dy, back[1] + 4 * dx)]
    corners = " ".join(f"{number(a)},{number(b)}" for a, b in head)
    return line([*points[:-1], back], f"{classes}-line") + f'<polygon points="{corners}" class="{classes}"/>'
