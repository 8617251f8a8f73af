"""A thin client of the service: a method for each route, errors by code, retries where they are safe."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from types import TracebackType
from typing import Any, Literal, TypedDict
from urllib.parse import quote

import httpx

from features.errors import CredenceError, InputError

__all__ = ["API_KEY", "ApiError", "Client", "Subject"]

API_KEY = "CREDENCE_API_KEY"
"""Variable with the key of the caller."""

_LONGEST_WAIT = 30.0
"""Seconds that a call waits at most because the service asks for it."""

_FIRST_PAUSE = 0.2
_PAGE = 1000
_BUSY = (429, 503, 504)


class Subject(TypedDict, total=False):
    """What is asked for: as in the body of ``POST /v1/assess``."""

    kind: Literal["order", "limit", "terms"]
    amount: float | str
    currency: str
    terms_days: int
    due_on: str


class ApiError(CredenceError):
    """An error that the service answered, or that there was no answer.

    Parameters
    ----------
    status : int
        HTTP status; 0 where there was no answer.
    told : mapping
        The ``error`` of the body: code, message, field, hint and trace_id.

    Examples
    --------
    >>> error = ApiError(404, {"code": "unknown_buyer", "message": "expected a buyer; found none"})
    >>> error.code, str(error)
    ('unknown_buyer', 'expected a buyer; found none')
    """

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(told.get("code", "no_error_body"))
        self.message = str(told.get("message", f"expected an answer of the service; found status {status}"))
        self.field: str | None = told.get("field")
        self.hint: str | None = told.get("hint")
        self.trace_id: str | None = told.get("trace_id")
        place = f"{self.field}: " if self.field else ""
        trace = f" (trace id {self.trace_id})" if self.trace_id else ""
        super().__init__(f"{place}{self.message}{f'; {self.hint}' if self.hint else ''}{trace}")


class Client:
    """Calls a service.

    Parameters
    ----------
    url : str
        Such as ``https://credit.example.com``.
    key : str, optional
        By default that of the environment variable ``CREDENCE_API_KEY``; without one, none is sent.
    timeout : float
        Seconds that an attempt may take.
    retries : int
        Attempts after the first, where the service was not reached or asked to come again; only of calls that
        do no more when sent twice.
    transport : httpx.BaseTransport, optional
        Carries the calls.

    Raises
    ------
    InputError
        Where URL or key cannot be one.

    Examples
    --------
    >>> client = Client("https://credit.example.com", key="crd_0123456789ab_secret")
    >>> client.close()
    """

    def __init__(
        self, url: str, key: str | None = None, *, timeout: float = 10.0, retries: int = 2,
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        key = os.environ.get(API_KEY, "") if key is None else key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport)
        except (httpx.InvalidURL, UnicodeError):
            step = "use one like https://credit.example.com, and a key as it was printed"
            raise InputError.of("the URL of a service, and a key", "something else", step) from None
        self._retries = retries

    def assess(
        self, buyer_id: str, *, as_of: str | date | datetime | None = None, request: Subject | None = None,
        lang: Literal["en", "zh"] = "en", **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Assess one buyer.

        Parameters
        ----------
        buyer_id : str
        as_of : str, date or datetime, optional
        request : Subject, optional
        lang : {"en", "zh"}
        **more
            ``offers``, ``raises``, ``peers`` and ``since``, as in the body of the call.

        Raises
        ------
        ApiError
        """
        named = {"as_of": _instant(as_of), "request": request, **more}
        given = {name: value for name, value in named.items() if value is not None}
        return self._send("POST", "/v1/assess", {"buyer_id": buyer_id, "lang": lang, **given})

    def assess_batch(self, items: Iterable[Mapping[str, Any]], *, store: bool = True) -> list[dict[str, Any]]:
        """Assess up to 1,000 subjects; each gives an ``assessment`` or an ``error`` in its place."""
        told = self._send("POST", "/v1/assess_batch", {"items": list(items), "store": store})
        return list(told["items"])

    def assessment(self, assessment_id: str) -> dict[str, Any]:
        """Return an assessment as it was said."""
        return self._get(f"/v1/assessments/{_part(assessment_id)}")

    def whatif(
        self, buyer_id: str, facts: Iterable[Mapping[str, Any]] = (), *,
        as_of: str | date | datetime | None = None, request: Subject | None = None,
        lang: Literal["en", "zh"] = "en", **more: bool,
    ) -> dict[str, Any]:  # fmt: skip
        """Assess a buyer under other facts or another request; nothing is kept.

        Parameters
        ----------
        buyer_id : str
        facts : iterable of mapping
            As the items of `ledger`.
        as_of, request, lang :
            As in `assess`.
        **more
            ``offers``, ``raises`` and ``peers``.

        Returns
        -------
        dict
            ``assessment``, ``before`` and ``changes``.
        """
        named = {"as_of": _instant(as_of), "request": request, "facts": list(facts) or None, **more}
        given = {name: value for name, value in named.items() if value is not None}
        return self._send("POST", "/v1/whatif", {"buyer_id": buyer_id, "lang": lang, **given})

    def order_check(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Have an order released, held or referred; the same order sent twice is one."""
        return self._send("POST", "/v1/order_check", order)

    def decide_order(
        self, order_id: str, state: Literal["released", "held", "cancelled", "invoiced"], by: str,
        reason: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Put an order into the state that a person or the seller's system names."""
        body = {"state": state, "by": by, "reason": reason}
        return self._send("POST", f"/v1/orders/{_part(order_id)}", body)

    def orders(
        self, state: Literal["released", "held", "referred", "cancelled", "invoiced"] = "held"
    ) -> Iterator[dict[str, Any]]:
        """Yield the orders in a state by their ids, a page at a time."""
        return self._pages("/v1/orders", "orders", state=state, limit=_PAGE)

    def ledger(
        self, items: Iterable[Mapping[str, Any]] = (), *, atomic: bool = False,
        books_until: str | date | datetime | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Add facts, or say until when the books are complete; the same facts sent twice are there once.

        Parameters
        ----------
        items : iterable of mapping
            Each names its ``table`` and has the fields of that table.
        atomic : bool
            Add none where one is refused.
        books_until : str, date or datetime, optional
            Until when all that happened is in the books; a day means its end. Without it the latest invoice,
            allocation or balance of the call says so.

        Returns
        -------
        dict
            ``facts_seq``, ``books_until``, ``items`` with what became of each, and ``orders_released``.
        """
        until = {} if books_until is None else {"books_until": _instant(books_until)}
        return self._send("POST", "/v1/ledger", {"items": list(items), "atomic": atomic, **until})

    def limits(self, changed_since: str | datetime | None = None) -> Iterator[dict[str, Any]]:
        """Yield the limits in force, or those that changed or expired since a moment, a page at a time."""
        return self._pages("/v1/limits", "limits", changed_since=_instant(changed_since), limit=_PAGE)

    def buyer(self, buyer_id: str) -> dict[str, Any]:
        """Return what is kept of a buyer."""
        return self._get(f"/v1/buyers/{_part(buyer_id)}")

    def buyers(self, prefix: str = "", limit: int = 20) -> list[str]:
        """Return the first ids of buyers that begin with a text."""
        return list(self._get("/v1/buyers", prefix=prefix, limit=limit)["buyers"])

    def status(self) -> dict[str, Any]:
        """Tell what runs: release, models, seller and books."""
        return self._get("/v1/status")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pages(self, path: str, name: str, **query: Any) -> Iterator[dict[str, Any]]:
        after = None
        while True:
            page = self._get(path, after=after, **query)
            yield from page[name]
            after = page["next"]
            if after is None:
                return

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        given = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path, query=given)

    def _send(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, Any] | None = None,
        is_idempotent: bool = True,
    ) -> dict[str, Any]:  # fmt: skip
        """Send a call until it is answered, at most `retries` times more where that does no harm."""
        left = self._retries if is_idempotent else 0
        pause = _FIRST_PAUSE
        while True:
            try:
                answer = self._http.request(method, path, json=body, params=query)
            except httpx.TransportError as error:
                if not left:
                    raise _unreachable(error) from error
                wait = pause
            else:
                if answer.is_success:
                    return dict(answer.json())
                asked = _wait_of(answer, pause)
                if asked is None or not left:
                    raise _error_of(answer)
                wait = asked
            time.sleep(wait)
            left, pause = left - 1, 2 * pause


def _part(text: str) -> str:
    """Return a text as one part of an address."""
    return quote(text, safe="")


def _wait_of(answer: httpx.Response, pause: float) -> float | None:
    """Return after how many seconds a call is to be sent again; None where it is not."""
    if answer.status_code == httpx.codes.BAD_GATEWAY:
        # Reason: a proxy says so where the service itself gave no answer.
        return pause
    asked = answer.headers.get("Retry-After", "")
    is_soon = answer.status_code in _BUSY and asked.isdigit() and float(asked) <= _LONGEST_WAIT
    return float(asked) if is_soon else None


def _error_of(answer: httpx.Response) -> ApiError:
    try:
        told = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        told = {}
    return ApiError(answer.status_code, told if isinstance(told, Mapping) else {})


def _unreachable(error: httpx.TransportError) -> ApiError:
    found = "no answer in time" if isinstance(error, httpx.TimeoutException) else "none"
    message = f"expected an answer of the service; found {found}"
    return ApiError(0, {"code": "unreachable", "message": message, "hint": "check the address, or try again"})


def _instant(value: str | date | datetime | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
