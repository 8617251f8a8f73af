"""Changes of the store's tables, in order; run by `serving.store.connect.open_store`.

A change only adds: tables, and columns with a default. Workers of the version before go on while it is made,
and write rows afterwards, until they are replaced.
"""

from __future__ import annotations
