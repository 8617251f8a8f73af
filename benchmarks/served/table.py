"""The figures of a service and of what stands beside it, as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["text_of"]

_ROWS = {
    "explained": "explained, asked again",
    "explained_first": "explained, for the first time",
    "score_only": "score only, asked again",
    "score_first": "score only, for the first time",
    "explained_during_batch": "explained again, batches running",
    "explained_first_during_batch": "explained first, batches running",
    "echo": "bare echo of the same bytes",
    "mlflow": "mlflow models serve, shap reasons",
}
_COLUMNS = ("p50_ms", "p99_ms", "max_ms", "rps", "rps_a_core")
_HEAD = ("", "p50 ms", "p99 ms", "max ms", "a second", "a core", "CPU ms", "x echo")
_LINE = "{:<34}" + "{:>10}" * 7


def text_of(report: Mapping[str, Any]) -> str:
    """Return a table of a report of `benchmarks/service.py`, and what its soak found.

    Examples
    --------
    >>> print(text_of({"echo": {"p50_ms": 0.1, "errors": 0}, "cpu_ms_per_request": {"echo": 0.096}}))
                                          p50 ms    p99 ms    max ms  a second    a core    CPU ms    x echo
    bare echo of the same bytes             0.10         -         -         -         -      0.10       1.0
    """
    lines = [_LINE.format(*_HEAD), *(_line(report, name) for name in _ROWS if name in report)]
    return "\n".join(line.rstrip() for line in (*lines, *_soak(report)))


def _line(report: Mapping[str, Any], name: str) -> str:
    figures, cost = report[name], report["cpu_ms_per_request"]
    told = [_number(figures.get(column)) for column in _COLUMNS]
    echo = cost.get("echo")
    ratio = f"{cost[name] / echo:.1f}" if echo and name in cost else "-"
    errors = figures.get("errors", 0) + figures.get("batch_errors", 0)
    return _LINE.format(_ROWS[name], *told, _number(cost.get(name)), ratio) + (
        f"  {errors} errors" if errors else ""
    )


def _soak(report: Mapping[str, Any]) -> Iterator[str]:
    soak = report.get("soak")
    if soak is None:
        return
    yield ""
    yield f"soak: {soak['answers']:,} answers at {soak['rate']:g} a second, {soak['errors']} errors"
    yield f"  memory {soak['memory_mb'][-1]:g} MB, {soak['memory_slope_mb_a_minute']:g} MB a minute"
    yield (
        f"  longest pause {soak['longest_pause_ms']:.0f} ms, "
        f"that of the echo {soak['echo_longest_pause_ms']:.0f} ms"
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
