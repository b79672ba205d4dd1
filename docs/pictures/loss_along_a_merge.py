# SPDX-License-Identifier: Apache-2.0
"""The README's picture, of loss_along_a_merge.json: losses along a merge, what the search tried, and the verdict."""
import json
import pathlib

import svg

WIDTH, HEIGHT = 912, 400
LEFT, RIGHT, TOP, BOTTOM = 62, 520, 82, 336  # of the losses
LOWEST, HIGHEST = 2.735, 2.875  # nats per token
GAINS_LEFT, GAINS_RIGHT, LARGEST_GAIN = 610, 830, 0.11


def across(weight):
    return LEFT + weight * (RIGHT - LEFT)


def down(loss):
    return BOTTOM - (loss - LOWEST) / (HIGHEST - LOWEST) * (BOTTOM - TOP)


def gain_across(gain):
    return GAINS_LEFT + gain / LARGEST_GAIN * (GAINS_RIGHT - GAINS_LEFT)


def axes(older, newer):
    parts = []
    for step in range(5):
        loss = 2.75 + 0.03 * step
        parts.append(svg.line([(LEFT, down(loss)), (RIGHT, down(loss))], "grid-line", 1))
        parts.append(svg.text(LEFT - 8, down(loss) + 4, f"{loss:.2f}", "soft small", "end"))
    for step in range(5):
        weight = step / 4
        parts.append(svg.line([(across(weight), BOTTOM), (across(weight), BOTTOM + 5)], "line-line", 1))
        parts.append(svg.text(across(weight), BOTTOM + 20, f"{weight:g}", "soft small", "middle"))
    parts.append(svg.line([(LEFT, BOTTOM), (RIGHT, BOTTOM)], "line-line", 1))
    parts.append(svg.text((LEFT + RIGHT) / 2, BOTTOM + 42, f"weight of {newer}; the rest is {older}'s", "soft small",
                          "middle"))
    parts.append(svg.text(LEFT - 46, TOP - 14, "loss on the search documents, nats per token", "soft small"))
    return parts


def losses(measured):
    curve = [(across(point["newer_weight"]), down(point["loss"])) for point in measured["line"]]
    older, newer = measured["checkpoints"]
    parts = axes(older, newer)
    parts.append(svg.line(curve, "first-line", 2.5, more=' stroke-linejoin="round"'))
    parts.append(svg.text(curve[0][0] + 12, curve[0][1] + 5, f"{older} alone", "ink small halo"))
    parts.append(svg.text(curve[-1][0] - 12, curve[-1][1] + 5, f"{newer} alone", "ink small halo", "end"))
    found = next(row for row in measured["rows"] if row["name"] == "found merge")
    place = across(found["merge_weights"][1])
    above = down(found["search_loss"]) - 8
    parts.append(svg.line([(place, above - 38), (place, above)], "third-line", 2, dashed=True))
    parts.append(svg.text(place, above - 46, f"found: {found['merge_weights'][1]:.3f}",
                          "third bold halo", "middle"))
    for ticket, trial in enumerate(measured["trials"]):
        x, y = across(trial["newer_weight"]), down(trial["loss"])
        parts.append(svg.circle(x, y, 5, "second page-line"))
        parts.append(svg.text(x, y + 19, str(ticket + 1), "second bold small halo", "middle"))
    return parts


def gains(measured):
    parts = [svg.text(GAINS_LEFT - 40, TOP - 14, "gain over the newest, nats per token, 95 % interval", "soft small")]
    for step in range(3):
        gain = 0.05 * step
        parts.append(svg.line([(gain_across(gain), TOP), (gain_across(gain), 250)],
                              "line-line" if step == 0 else "grid-line", 1))
        parts.append(svg.text(gain_across(gain), 268, f"{gain:g}", "soft small", "middle"))
    titles = {"newest": "the newest checkpoint", "uniform over all": "the plain average",
              "found merge": "the found merge"}
    shown = [row for row in measured["rows"] if row["name"] in titles]
    for place, row in enumerate(shown):
        y = TOP + 40 + 56 * place
        colour = "third" if row["name"] == "found merge" else "soft"
        low, high = row["gain_interval"]
        parts.append(svg.text(GAINS_LEFT + 8, y - 16, titles[row["name"]], f"{colour} small halo"))
        parts.append(svg.line([(gain_across(low), y), (gain_across(high), y)], f"{colour}-line", 4))
        parts.append(svg.circle(gain_across(row["gain"]), y, 5, colour))
        if row["gain"]:
            parts.append(svg.text(gain_across(low) - 12, y + 4, f"+{row['gain']:.4f}", f"{colour} small halo", "end"))
    words = {"merge": "Decision: use the found merge.", "newest": "Decision: keep the newest checkpoint."}
    found = next(row for row in measured["rows"] if row["name"] == "found merge")
    parts.append(svg.box(GAINS_LEFT - 40, 290, 280, 62, "box third-line"))
    parts.append(svg.text(GAINS_LEFT - 26, 316, words[measured["decision"]], "third bold"))
    reason = "Its gain is significant." if found["significant"] else "Its gain is not significant."
    parts.append(svg.text(GAINS_LEFT - 26, 336, reason, "ink small"))
    return parts


def draw():
    measured = json.loads((pathlib.Path(__file__).parent / "loss_along_a_merge.json").read_text())
    trials, documents = len(measured["trials"]), measured["test_documents"]
    parts = [svg.text(16, 32, f"What the search tried: {trials} merges of two checkpoints, in this order", "ink bold"),
             svg.text(GAINS_LEFT - 40, 32, f"What it decided, on {documents} unseen documents", "ink bold"),
             *losses(measured), *gains(measured)]
    title = (f"Loss along the merge of two checkpoints, the {trials} merges that a search tried, and its decision on "
             f"{documents} documents that it never saw")
    return svg.document(WIDTH, HEIGHT, title, parts)
