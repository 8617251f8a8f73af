"""Who may call: keys, what each may do, and how often."""

from __future__ import annotations
