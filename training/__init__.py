"""Learns the models and proves them: subjects, splits, trees, calibration, metrics, registry, releases."""

from __future__ import annotations
