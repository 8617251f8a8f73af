"""The store of the service: facts, dossiers, answers, limits in force, orders, keys."""

from __future__ import annotations
