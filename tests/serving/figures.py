"""How a test reads figures in the text format of Prometheus."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families


def series(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def value(text: bytes, name: str, **labels: str) -> float | None:
    return series(text).get((name, tuple(sorted(labels.items()))))
