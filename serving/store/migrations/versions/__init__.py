"""Changes of the store's tables, in order; run by `serving.store.connect.open_store`."""

from __future__ import annotations
