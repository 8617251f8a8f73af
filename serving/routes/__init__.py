"""The addresses of the service, a module for each group of them."""

from __future__ import annotations

from serving.routes.application import make_application

__all__ = ["make_application"]
