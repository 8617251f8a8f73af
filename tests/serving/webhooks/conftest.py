"""A store of each database."""

from __future__ import annotations

from tests.serving.store.conftest import database_url, store

__all__ = ["database_url", "store"]
