"""Figures as SVG inside the page: text stays text, and the same figure gives the same bytes."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from training.report.document.markup import Html

__all__ = ["STYLE", "drawn"]

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "credence",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#51605b",
    "axes.labelcolor": "#17211f",
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "path.simplify": True,
}
"""Settings of matplotlib while a figure is made."""

_NO_DATES = {"Date": None, "Creator": None, "Format": None, "Type": None}

_FONTS = "'DejaVu Sans', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
"""Of texts in figures: what matplotlib measures with first, then what has the characters."""

_PLACES = re.compile(r' (?:d|transform|x|y|width|height)="[^"]*"')
_DECIMALS = re.compile(r"(\.\d\d)\d+")
"""A hundredth of a point is finer than any printer."""


def drawn(draw: Callable[[], Figure], name: str, size: tuple[float, float] = (3.4, 2.6)) -> Html:
    """Return what a function draws as an ``svg`` element.

    Parameters
    ----------
    draw : callable
        Makes the figure; it is called with the settings of the page (`STYLE`).
    name : str
        What the figure shows, for those who cannot see it.
    size : tuple of float
        Width and height in inches on paper.

    Examples
    --------
    >>> def draw():
    ...     figure = Figure(figsize=(2, 1))
    ...     figure.subplots().set_title("<b>甲")
    ...     return figure
    >>> svg = drawn(draw, "A & B")
    >>> svg == drawn(draw, "A & B"), 'aria-label="A &amp; B"' in svg, "&lt;b&gt;甲</text>" in svg
    (True, True, True)
    """
    written = io.StringIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # Reason: the browser takes another font for it; only its width is measured by the wrong one.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = draw()
        figure.set_size_inches(size)
        figure.savefig(written, format="svg", metadata=_NO_DATES)
    return _inlined(written.getvalue(), name)


def _inlined(svg: str, name: str) -> Html:
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    # Reason: a style sheet inside an SVG of a page holds for the whole page; the page has these lines itself.
    body = re.sub(r"<style.*?</style>\s*", "", body, flags=re.DOTALL)
    head = re.search(r'viewBox="([^"]+)"', body)
    assert head is not None  # noqa: S101 (matplotlib writes one)
    inner = body[body.index(">") + 1 :]
    referred = set(re.findall(r'(?:url\(#|href="#)([^")]+)', inner))
    inner = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in referred else "", inner)
    inner = re.sub(r"<g>\s*</g>\s*|<!--.*?-->\s*", "", inner, flags=re.DOTALL)
    inner = _PLACES.sub(lambda found: _DECIMALS.sub(r"\1", found[0]), inner)
    inner = inner.replace("'DejaVu Sans'", _FONTS)
    opening = f'<svg class="plot" role="img" aria-label="{escape(name)}" viewBox="{head[1]}"'
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return Html(f"{opening} {spaces}>{inner}".rstrip())
