"""What a worker tells of its calls: trace ids, logs and figures, never what a customer's row says."""

from __future__ import annotations
