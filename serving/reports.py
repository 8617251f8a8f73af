"""Reports on the models in force: the command line writes them below the home, the service shows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from credit.release import Release

__all__ = ["HEADERS", "REPORTS", "report_of", "reports_of"]

REPORTS = ("validation", "drift")
"""Reports there may be of a version: each is a page and its numbers, ``.html`` and ``.json``."""

_FILES = {f"{name}.{ending}" for name in REPORTS for ending in ("html", "json")}

HEADERS: Mapping[str, Mapping[str, str]] = {
    "html": {
        "Content-Type": "text/html; charset=utf-8",
        # Reason: a report has its style and its pictures inside, and nothing else.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    },
    "json": {
        "Content-Type": "application/json",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    },
}
"""By the ending of a file: the headers that it is answered with."""


def reports_of(home: Path | None, release: Release | None) -> dict[str, dict[str, str]]:
    """Return by model of a release the addresses of its reports, those that are there.

    Parameters
    ----------
    home : Path or None
    release : Release or None
        None has no models.

    Returns
    -------
    dict
        Such as ``{"late": {"validation": "/reports/late@1/validation.html"}}``.
    """
    if home is None or release is None:
        return {}
    return {
        model: {
            name: f"/reports/{version}/{name}.html"
            for name in REPORTS
            if (_folder(home, version) / f"{name}.html").is_file()
        }
        for model, version in release.versions.items()
    }


def report_of(home: Path | None, release: Release | None, version: str, file: str) -> bytes | None:
    """Read a file of a report; None where it is not there, or no report on a model of the release.

    Parameters
    ----------
    home : Path or None
    release : Release or None
    version, file : str
        As a caller wrote them. They are compared, never followed: no way leads out of the folder.
    """
    if home is None or release is None or version not in release.versions.values() or file not in _FILES:
        return None
    try:
        return (_folder(home, version) / file).read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return None


def _folder(home: Path, version: str) -> Path:
    return home / "reports" / version
