"""What a prediction means for credit: score, grade, reasons, limit and loss of a buyer.

Pure: model answers and feature values in, an assessment out. No clock, no store, no service.
"""

from __future__ import annotations

__all__: list[str] = []
