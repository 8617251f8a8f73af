"""Answers kept in group commits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from serving.store import schema
from serving.store.answers import AnswerWriter
from serving.store.connect import Store

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def row(number: int) -> dict[str, Any]:
    return {
        "assessment_id": f"a{number}", "buyer_id": "B", "as_of": NOW, "facts_seq": 1, "created_at": NOW,
        "release_id": "r", "body": b"{}",
    }  # fmt: skip


def kept(store: Store) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(schema.assessments)) or 0


def test_many_answers_share_few_transactions(store: Store) -> None:
    commits: list[object] = []
    event.listen(store.answers, "commit", commits.append)
    writer = AnswerWriter(store)

    async def keep_all() -> None:
        await asyncio.gather(*(writer.keep(row(number)) for number in range(300)))

    asyncio.run(keep_all())
    assert kept(store) == 300
    assert len(commits) <= 30
    writer.close()


def test_an_answer_is_kept_before_it_is_given(store: Store) -> None:
    writer = AnswerWriter(store)

    async def keep_one() -> int:
        await writer.keep(row(1))
        return kept(store)

    assert asyncio.run(keep_one()) == 1
    writer.close()


def test_one_that_cannot_be_kept_does_not_refuse_the_others(store: Store) -> None:
    writer = AnswerWriter(store)

    async def keep_all() -> list[BaseException | None]:
        rows = [row(1), row(2), {**row(4), "buyer_id": None}, row(3)]
        return await asyncio.gather(*(writer.keep(each) for each in rows), return_exceptions=True)

    told = asyncio.run(keep_all())
    assert [type(each) for each in told].count(IntegrityError) == 1
    assert told[1] is told[3] is None
    assert kept(store) == 3
    writer.close()


def test_closing_keeps_what_waits(store: Store) -> None:
    writer = AnswerWriter(store)

    async def keep_and_close() -> None:
        waiting = [asyncio.ensure_future(writer.keep(row(number))) for number in range(5)]
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.close)
        await asyncio.gather(*waiting)

    asyncio.run(keep_and_close())
    assert kept(store) == 5


@pytest.mark.parametrize("body", ["no bytes", None])
def test_a_wrong_row_is_told(store: Store, body: object) -> None:
    writer = AnswerWriter(store)
    with pytest.raises(Exception, match=r"body|bytes|binary|BLOB|bytea"):
        asyncio.run(writer.keep({**row(1), "body": body}))
    writer.close()
