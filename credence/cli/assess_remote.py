"""``credence assess --url``: the assessment of a running service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from credence.client import Client, Subject

__all__ = ["assessment_of", "check_source"]

_SAME = ("offers", "raises", "peers", "since")
"""Options that a call names as they are."""


def check_source(
    directory: str | None, url: str | None, one_buyer: bool, previous: str | None, references: tuple[str, ...]
) -> None:
    """Refuse neither or both of portfolio and service, and what a service cannot do (click.UsageError)."""
    if (directory is None) == (url is None):
        raise click.UsageError("expected a portfolio DIR or --url URL; found neither or both; name one")
    if url is None:
        return
    if not one_buyer:
        raise click.UsageError("expected --url with --buyer ID; found it with a list; name a portfolio DIR")
    if previous is not None or references:
        option = "--previous" if previous is not None else "--model"
        raise click.UsageError(f"expected {option} with a portfolio DIR; found it with --url; leave it out")


def assessment_of(
    url: str, buyer_id: str, as_of: str | None, lang: Any, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a service says of a buyer.

    Parameters
    ----------
    url, buyer_id : str
    as_of : str or None
    lang : {"en", "zh"}
    options : mapping
        Of the command, by their names.

    Raises
    ------
    ApiError
    """
    from credence.client import Client

    more = {name: options[name] for name in _SAME if options[name]}
    with Client(url) as client:
        request = _request(client, options["amount"], options["currency"], options["terms_days"])
        return client.assess(buyer_id, as_of=as_of, request=request, lang=lang, **more)


def _request(
    client: Client, amount: float | None, currency: str | None, terms_days: int | None
) -> Subject | None:
    if amount is None and terms_days is None:
        return None
    request: Subject = {"kind": "terms" if amount is None else "order"}
    if amount is not None:
        request["amount"] = amount
    if amount is not None or currency:
        request["currency"] = currency or client.status()["seller"]["reporting_currency"]
    if terms_days is not None:
        request["terms_days"] = terms_days
    return request
