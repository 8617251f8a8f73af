"""The server that other tests rely on is a real one, with a database for each."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from tests.postgres import Cluster


def test_each_database_is_its_own(postgres: Cluster):
    one, two = (create_engine(postgres.new_database()) for _ in range(2))
    with one.begin() as connection:
        connection.execute(text("CREATE TABLE facts (n int)"))
        connection.execute(text("INSERT INTO facts VALUES (1), (2)"))
        assert connection.execute(text("SELECT sum(n) FROM facts")).scalar() == 3
    with two.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(text("SELECT 1 FROM facts"))
    for engine in (one, two):
        engine.dispose()
