"""Plots as inline SVG: columns, lines and a heat map, drawn from numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, isfinite, log10

__all__ = ["columns", "heat_map", "lines", "stacked"]

_WIDTH, _HEIGHT = 760, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 14, 34
_TICKS = 4
_LABEL_WIDTH = 50
_TINTS = ("#2f6f4f", "#e3c15b", "#e0a03f", "#d97a34", "#c9552f", "#b03030", "#7a1f2b")
"""Colours from not due to long overdue."""


def columns(
    labels: Sequence[str], values: Sequence[float], kinds: Sequence[str], name: str, *, unit: str = ""
) -> str:
    """Draw one column a label.

    Parameters
    ----------
    labels : sequence of str
        Below the columns; where there are many, every second, third, ... is shown.
    values : sequence of float
        Not negative.
    kinds : sequence of str
        CSS class of each column.
    name : str
        What the plot shows, for those who cannot see it.
    unit : str
        Behind the value in the text that a pointer shows.
    """
    top = _nice(max(values, default=0))
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(values), 1)
    parts = [_frame(top, False)]
    for number, (label, value, kind) in enumerate(zip(labels, values, kinds, strict=True)):
        height = (_HEIGHT - _TOP - _BOTTOM) * value / top
        x, y = _LEFT + number * step + step * 0.1, _HEIGHT - _BOTTOM - height
        told = escape(f"{label}: {value:,.0f}{unit}")
        parts.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{step * 0.8:.1f}" height="{height:.1f}">'
            f"<title>{told}</title></rect>"
        )
    return _svg([*parts, _labels(labels, step)], name)


def lines(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], name: str) -> str:
    """Draw shares from 0 to 1 as lines, one a (CSS class, values); a value that is none leaves a hole."""
    highest = max((value for _, values in series for value in values if isfinite(value)), default=0)
    top = min(_nice(highest), 1.0) or 1.0
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)
    parts = [_frame(top, True)]
    for kind, values in series:
        for run in _runs(values):
            points = [(_LEFT + (at + 0.5) * step, _level(values[at], top)) for at in run]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline class="{kind}" points="{path}"/>')
            parts += [
                f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.6">'
                f"<title>{escape(labels[at])}: {values[at]:.1%}</title></circle>"
                for at, (x, y) in zip(run, points, strict=True)
            ]
    return _svg([*parts, _labels(labels, step)], name)


def stacked(rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], name: str) -> str:
    """Draw parts of a whole as one bar a row; negative parts are left out."""
    line, left = 30, 58
    height = len(rows) * line + 8
    parts = []
    for number, (label, values) in enumerate(rows):
        y = number * line + 6
        shown = [max(value, 0.0) for value in values]
        total = sum(shown) or 1.0
        x = float(left)
        parts.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>')
        for part, (value, tint) in enumerate(zip(shown, _TINTS, strict=False)):
            width = (_WIDTH - left - _RIGHT) * value / total
            told = escape(f"{names[part]}: {value / total:.1%}")
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="22" fill="{tint}">'
                f"<title>{told}</title></rect>"
            )
            x += width
    legend = "".join(
        f'<span><i style="background:{tint}"></i>{escape(each)}</span>'
        for each, tint in zip(names, _TINTS, strict=False)
    )
    return _svg(parts, name, height) + f'<p class="legend">{legend}</p>'


def heat_map(rows: Sequence[tuple[str, Sequence[int]]], heads: Sequence[str], name: str) -> str:
    """Return a table whose cells are the darker the larger their number."""
    most = max((value for _, values in rows for value in values), default=0) or 1
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(
        f"<tr><th>{escape(label)}</th>" + "".join(_cell(value, most) for value in values) + "</tr>"
        for label, values in rows
    )
    return (
        f'<table class="heat"><caption>{escape(name)}</caption>'
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: int, most: int) -> str:
    share = value / most
    ink = "#fff" if share > 0.55 else "inherit"
    return f'<td style="background:rgba(31,90,140,{share:.2f});color:{ink}">{value:,}</td>'


def _svg(parts: Sequence[str], name: str, height: int = _HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(name)}">'
        + "".join(parts)
        + "</svg>"
    )


def _frame(top: float, is_share: bool) -> str:
    parts = []
    for tick in range(_TICKS + 1):
        value = top * tick / _TICKS
        y = _level(value, top)
        text = f"{value:.0%}" if is_share else _short(value)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    return "".join(parts)


def _labels(labels: Sequence[str], step: float) -> str:
    every = max(1, ceil(_LABEL_WIDTH / step))
    return "".join(
        f'<text x="{_LEFT + (at + 0.5) * step:.1f}" y="{_HEIGHT - 12}" text-anchor="middle">'
        f"{escape(label)}</text>"
        for at, label in enumerate(labels)
        if at % every == 0
    )


def _level(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top


def _nice(value: float) -> float:
    """Return the least of 1, 2, 4, 6, 8 times a power of ten that is not below the value."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(value))
    return float(next(unit * step for step in (1, 2, 4, 6, 8, 10) if unit * step >= value * 0.999999))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= _TICKS or value == 0 else f"{value:.2g}"


def _runs(values: Sequence[float]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for at, value in enumerate(values):
        if isfinite(value):
            runs[-1].append(at)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
