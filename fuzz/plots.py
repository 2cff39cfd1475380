"""Plots as SVG, for pages that need nothing beside them. Colours are those of the page's style sheet, by class."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from math import ceil, log10

WIDTH, HEIGHT = 960, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 14, 34
STEPS = (1, 2, 5, 10)
COLUMNS = 40  # of the grid
CELL = 24
Points = Sequence[tuple[float, float]]

STYLE = """
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif }
svg text { fill: var(--quiet) } svg .grid { stroke: var(--line); stroke-width: 1 }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round }
svg .area { fill: var(--accent); opacity: .12 } svg .dot { fill: var(--accent) } svg .none { fill: var(--alarm) }
"""


def curve(points: Points, across: str, up: str) -> str:
    """A curve through points in the order of x, from 0 on both axes; `across` and `up` say what the axes are."""
    if len(points) < 2:
        return "<p>There is too little yet to plot.</p>"
    widest, highest = (max(values) or 1.0 for values in zip(*points, strict=True))
    ticks_x, ticks_y = ticks(widest), ticks(highest)
    most_x, most_y = max(widest, ticks_x[-1]), max(highest, ticks_y[-1])

    def place(x: float, y: float) -> tuple[float, float]:
        inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return LEFT + inner_width * x / most_x, TOP + inner_height * (1 - y / most_y)

    bottom = HEIGHT - BOTTOM
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(up)}">']
    for each in ticks_y:
        _, y = place(0, each)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{each:,g}</text>')
    for each in ticks_x:
        x, _ = place(each, 0)
        parts.append(f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{each:,g}</text>')
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    first, last = (place(points[at][0], 0)[0] for at in (0, -1))
    parts.append(f'<polygon class="area" points="{first:.1f},{bottom} {path} {last:.1f},{bottom}"/>')
    parts.append(f'<polyline class="curve" points="{path}"/>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 3}" text-anchor="end">{html.escape(across)}</text>')
    return "".join([*parts, "</svg>"])


def ticks(most: float) -> list[float]:
    """Round numbers from 0 up to `most` or the next one, about five of them."""
    size = 10.0 ** int(log10(most / 5)) if most >= 5 else 10.0 ** (int(log10(most / 5)) - 1)
    step = next(size * each for each in STEPS if size * each * 5 >= most or each == STEPS[-1])
    return [round(step * number, 9) for number in range(ceil(most / step - 1e-9) + 1)]


def steps(points: Points) -> list[tuple[float, float]]:
    """The corners of a curve that goes up in steps."""
    corners: list[tuple[float, float]] = [(0.0, 0.0)]
    for x, y in points:
        corners += [(x, corners[-1][1]), (x, y)]
    return corners


def grid(counts: Mapping[str, int]) -> str:
    """A cell for each name, the darker the more often it was met, on a logarithmic scale; red where it never was."""
    most = log10(max(counts.values(), default=0) + 1) or 1.0
    rows = -(-len(counts) // COLUMNS)
    parts = [f'<svg viewBox="0 0 {COLUMNS * CELL} {rows * CELL}" role="img" aria-label="how often each was met">']
    for number, (name, count) in enumerate(counts.items()):
        row, column = divmod(number, COLUMNS)
        look = f'class="dot" opacity="{0.15 + 0.85 * log10(count + 1) / most:.2f}"' if count else 'class="none"'
        box = f'x="{column * CELL + 1}" y="{row * CELL + 1}" width="{CELL - 2}" height="{CELL - 2}" rx="3"'
        parts.append(f"<rect {box} {look}><title>{html.escape(name)}: {count:,}</title></rect>")
    return "".join([*parts, "</svg>"])
