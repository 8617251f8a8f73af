"""Calls to a served process: the same numbers as in a batch, and an error that helps for every bad call."""

from __future__ import annotations

import http.client
import json
import math
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from credit.assessor import Assessor
from serving.body import LARGEST_BODY
from serving.contract import EXPECTED
from tests.serving.process import Service
from tests.serving.schemas import HOSTILE, problems_of

ORDER = {"kind": "order", "amount": 50_000, "currency": "EUR", "terms_days": 60}


def differences(found: Any, wanted: Any, path: str = "") -> list[str]:
    """Return the paths at which two JSON values differ; numbers by more than 1e-9 of their size."""
    if isinstance(wanted, dict) and isinstance(found, dict) and set(wanted) == set(found):
        return [one for key in wanted for one in differences(found[key], wanted[key], f"{path}.{key}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [
            one
            for i, pair in enumerate(zip(found, wanted, strict=True))
            for one in differences(*pair, f"{path}[{i}]")
        ]
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        return [] if math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9) else [path]
    return [] if found == wanted else [path]


def as_of_the_end(assessor: Assessor) -> str:
    """Return the end of the books; without it the service speaks of now, and says how far they are behind."""
    return f"{assessor.moment(None).isoformat()}Z"


def without_place(said: dict[str, Any]) -> dict[str, Any]:
    """Return an assessment without what tells where its facts were read: in a store, or in a folder."""
    return {name: value for name, value in said.items() if name not in ("assessment_id", "facts_seq")}


def test_the_service_says_what_a_batch_says(service: Service, assessor: Assessor) -> None:
    # given every buyer assessed in one batch
    _, batch = assessor.assess_all()
    assert len(batch) > 100

    # when the service is asked about each of them, then it says the same to 1e-9
    end = as_of_the_end(assessor)
    for said in batch:
        found = service.assess(said["buyer_id"], as_of=end)
        assert differences(without_place(found), without_place(said)) == []


def test_the_service_says_what_the_past_knew(service: Service, assessor: Assessor) -> None:
    # given days in the past, and both languages
    for as_of, lang in (("2025-11-30", "en"), ("2026-02-28T12:00:00+01:00", "zh")):
        # when service and this process are asked
        for buyer_id in assessor.buyer_ids[:10]:
            found = service.assess(buyer_id, as_of=as_of, lang=lang)

            # then they say the same
            wanted = assessor.assess(buyer_id, as_of, lang=lang)
            assert differences(without_place(found), without_place(wanted)) == []


def test_now_is_said_to_be_behind_the_books(service: Service, assessor: Assessor) -> None:
    # given books that end long before now, when nobody names a moment
    said = service.assess(assessor.buyer_ids[0])

    # then it is the end of the books, and said to be
    assert said["as_of"] == as_of_the_end(assessor)
    assert [each["date"] for each in said["warnings"] if each["code"] == "books_behind"]
    assert isinstance(said["facts_seq"], int)


def test_base_and_groups_add_up_to_the_score(service: Service, assessor: Assessor) -> None:
    scored = 0
    for buyer_id in assessor.buyer_ids[:60]:
        # given a buyer with a score
        score = service.assess(buyer_id, request=ORDER)["score"]
        if score["points"] is None:
            continue
        scored += 1

        # then its parts add up, and so do the features of each group
        assert math.fsum([score["base"], *(group["points"] for group in score["groups"])]) == pytest.approx(
            score["points"], abs=1e-6
        )
        for group in score["groups"]:
            parts = math.fsum(feature["points"] for feature in group["features"])
            assert parts == pytest.approx(group["points"], abs=1e-6)
    assert scored > 20


def test_answers_have_the_form_of_the_document(service: Service, assessor: Assessor) -> None:
    for buyer_id in assessor.buyer_ids[:40]:
        assert problems_of("Assessment", service.assess(buyer_id)) == []
        more = {"offers": True, "peers": True, "raises": True, "since": "2026-01-31"}
        assert problems_of("Assessment", service.assess(buyer_id, **more)) == []
        assert problems_of("Assessment", service.assess(buyer_id, request=ORDER, lang="zh")) == []
    assert problems_of("Status", service.call("/v1/status").json) == []
    assert service.call("/openapi.json").json["info"]["title"] == "Credence"


def test_an_amount_as_text_is_the_number(service: Service, assessor: Assessor) -> None:
    buyer_id = assessor.buyer_ids[0]
    as_number = service.assess(buyer_id, request={**ORDER, "amount": 1250.5})
    assert service.assess(buyer_id, request={**ORDER, "amount": "1250.50"}) == as_number


def test_a_due_date_is_terms(service: Service, assessor: Assessor) -> None:
    # given an order due 60 days after the day of the assessment, said in two ways
    buyer_id, as_of = assessor.buyer_ids[0], "2026-03-31"
    by_terms = service.assess(buyer_id, as_of=as_of, request=ORDER)
    by_day = service.assess(
        buyer_id,
        as_of=as_of,
        request={"kind": "order", "amount": 50_000, "currency": "EUR", "due_on": "2026-05-30"},
    )

    # then it is as risky
    assert by_day["late"] == by_terms["late"]


def test_parallel_callers_get_their_own_answers(service: Service, assessor: Assessor) -> None:
    # given what each buyer is told alone
    buyers = assessor.buyer_ids[:30]
    alone = {buyer_id: service.assess(buyer_id, request=ORDER) for buyer_id in buyers}

    # when two callers ask at the same time, one of them backwards
    def ask(order: list[str]) -> list[dict[str, Any]]:
        return [service.assess(buyer_id, request=ORDER) for buyer_id in order]

    with ThreadPoolExecutor(2) as pool:
        forwards, backwards = pool.map(ask, [list(buyers), list(reversed(buyers))])

    # then each is told the same
    assert forwards == [alone[buyer_id] for buyer_id in buyers]
    assert backwards == [alone[buyer_id] for buyer_id in reversed(buyers)]


WRONG = (422, "invalid_field")
BAD_CALLS = [
    ({"buyer_id": "nobody"}, 404, "unknown_buyer", "buyer_id"),
    ({"buyer_id": HOSTILE, "colour": 1}, *WRONG, "colour"),
    ({"buyer_id": HOSTILE, "request": {**ORDER, "amount": -5}}, *WRONG, "request.amount"),
    ({"buyer_id": HOSTILE, "request": {**ORDER, "discount": 0.02}}, *WRONG, "request.discount"),
    ({"buyer_id": HOSTILE, "request": {**ORDER, "currency": "QQQ"}}, *WRONG, "request.currency"),
    ({"buyer_id": HOSTILE, "request": {**ORDER, "currency": "ISK"}}, *WRONG, "request.currency"),
    ({"buyer_id": HOSTILE, "as_of": "soon"}, *WRONG, "as_of"),
    ({"buyer_id": HOSTILE, "as_of": "2026-01-31",
      "request": {"kind": "order", "amount": 5, "currency": "EUR", "due_on": "2026-01-30"}},
     *WRONG, "request.due_on"),
    (b'{"buyer_id": "B1", "request": {"amount": NaN}}', 400, "invalid_json", None),
    (b"buyer_id=B1", 400, "invalid_json", None),
    (b" " * (LARGEST_BODY + 1), 413, "too_large", None),
]  # fmt: skip


@pytest.mark.parametrize(("call", "status", "code", "path"), BAD_CALLS, ids=range(len(BAD_CALLS)))
def test_a_bad_call_is_told_what_is_wrong(
    service: Service, call: Any, status: int, code: str, path: str | None
) -> None:
    # when a bad call is made
    answer = service.call("/v1/assess", call)

    # then status, code and field say what is wrong, in the one body
    assert answer.status == status
    assert problems_of("Error", answer.json) == []
    assert (answer.error["code"], answer.error["field"]) == (code, path)
    assert answer.error["trace_id"] == answer.headers["x-trace-id"]


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/nothing/here", "GET", 404, "not_found"),
        ("/v1/assess/", "POST", 404, "not_found"),
        ("/docs.json", "GET", 404, "not_found"),
        ("/v1/assess", "GET", 405, "method_not_allowed"),
        ("/readyz", "POST", 405, "method_not_allowed"),
        ("/v1/buyers?limit=0", "GET", 422, "invalid_field"),
        ("/v1/buyers?limit=many", "GET", 422, "invalid_field"),
        (f"/v1/limits?after={2**63}", "GET", 422, "invalid_field"),
        (f"/v1/limits?after=1{'0' * 5000}", "GET", 422, "invalid_field"),
        ("/v1/buyers?prefix=%00", "GET", 422, "invalid_field"),
        ("/v1/buyers/a%00", "GET", 422, "invalid_field"),
    ],
)
def test_a_bad_address_has_the_same_body(
    service: Service, path: str, method: str, status: int, code: str
) -> None:
    answer = service.call(path, method=method)
    assert (answer.status, answer.error["code"]) == (status, code)
    assert problems_of("Error", answer.json) == []


def test_a_wrong_method_is_told_the_right_ones(service: Service) -> None:
    assert service.call("/v1/assess", method="DELETE").headers["allow"] == "POST"


def test_a_body_without_length_is_read_no_further_than_allowed(service: Service) -> None:
    # given a body in chunks that never names its length
    host, port = urlsplit(service.address).hostname, urlsplit(service.address).port
    connection = http.client.HTTPConnection(str(host), port, timeout=30)
    chunks = iter([b" " * 8192] * (LARGEST_BODY // 8192 + 2))
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {service.key}"}
    connection.request("POST", "/v1/assess", chunks, headers, encode_chunked=True)

    # then it is refused all the same
    assert connection.getresponse().status == 413
    connection.close()


def test_a_caller_who_hangs_up_disturbs_nobody(service: Service) -> None:
    # given a caller who promises a body and leaves
    host, port = urlsplit(service.address).hostname, urlsplit(service.address).port
    with socket.create_connection((str(host), int(port or 0))) as caller:
        head = f"POST /v1/assess HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\n"
        caller.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())

    # then the next one is answered
    assert service.call("/livez").json == {"state": "alive"}
    assert service.call("/readyz").json == {"state": "ready"}


def test_buyers_are_suggested_by_their_beginning(service: Service, assessor: Assessor) -> None:
    few = service.call("/v1/buyers?limit=3").json["buyers"]
    assert few == list(assessor.buyer_ids[:3])
    assert service.call(f"/v1/buyers?prefix={quote(HOSTILE[:9].upper())}").json["buyers"] == [HOSTILE]
    assert service.call("/v1/buyers?prefix=nobody").json["buyers"] == []


def test_the_status_says_what_runs(service: Service, assessor: Assessor) -> None:
    said = service.call("/v1/status").json
    assert (said["state"], said["why"], said["is_suggestion"]) == ("ready", None, True)
    assert said["release"] == assessor.release.release_id
    assert {name: model["version"] for name, model in said["models"].items()} == dict(
        assessor.release.versions
    )
    assert said["buyers"] == len(assessor.buyer_ids)


def test_a_buyer_with_markup_for_a_name_is_a_buyer(service: Service) -> None:
    said = service.assess(HOSTILE)
    assert said["buyer_id"] == HOSTILE
    assert said["information_state"].startswith("payments")


def test_every_expectation_is_told_in_words(service: Service) -> None:
    answer = service.call("/v1/assess", {"buyer_id": 1})
    assert answer.error["message"] == f"expected {EXPECTED['buyer_id']}; found a number"
    assert json.dumps(answer.json)


def test_a_score_alone_is_that_of_the_assessment(service: Service, assessor: Assessor) -> None:
    for buyer_id in assessor.buyer_ids[:20]:
        # given a buyer assessed whole, and asked for its score alone
        whole, alone = (service.assess(buyer_id, request=ORDER, parts=parts) for parts in ("all", "score"))

        # then score, grade and probabilities are the same, and nothing else is told
        assert problems_of("Assessment", alone) == []
        for name in ("assessment_id", "default", "late", "grade", "warnings"):
            assert alone[name] == whole[name]
        assert alone["score"]["points"] == whole["score"]["points"]
        assert (alone["reasons"], alone["limit"], alone["expected_loss"]) == ([], None, None)
