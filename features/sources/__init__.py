"""Where portfolios come from: exports of other systems, and a simulator."""

from __future__ import annotations
