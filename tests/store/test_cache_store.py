"""The cache itself: entries that are whole, one database for several, what goes first."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.store.cache.cache import Cache, Entry
from runner.store.cache.database import Database
from runner.store.cache.leases import Leases
from runner.store.cache.place import directory, limit, size_of


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    made = Cache(Database(tmp_path / "cache"))
    yield made
    made.database.close()


def entry(key: str, at: float = 1.0, **content: object) -> Entry:
    return Entry(key, content, at)


def test_what_is_kept_is_found(cache: Cache) -> None:
    cache.keep("answers", [entry("a", word="one"), entry("b", word="two")])
    found = cache.get("answers", "a")
    assert found is not None
    assert (found.content, found.at) == ({"word": "one"}, 1.0)
    assert cache.get("answers", "c") is None
    assert cache.get("artifacts", "a") is None


def test_the_last_word_counts(cache: Cache) -> None:
    cache.keep("answers", [entry("a", word="one")])
    cache.keep("answers", [entry("a", word="two")])
    assert [each.content["word"] for each in cache.entries("answers")] == ["two"]


@pytest.mark.parametrize("harm", [
    "UPDATE answers SET content = '{\"word\":\"two\"}'", "UPDATE answers SET at = 99", "UPDATE answers SET key = 'b'",
    "UPDATE answers SET content = 'x'",
])
def test_a_damaged_entry_is_none_and_goes(cache: Cache, harm: str) -> None:
    cache.keep("answers", [entry("a", word="one")])
    with sqlite3.connect(cache.database.path) as database:
        database.execute(harm)
    assert cache.get("answers", "a") is None
    assert cache.get("answers", "b") is None
    assert cache.count("answers") == 0
    assert cache.complaint is None


def test_nobody_else_may_read_it(cache: Cache) -> None:
    cache.keep("answers", [entry("a")])
    assert stat.S_IMODE(cache.database.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.database.path.parent.stat().st_mode) == 0o700


def write(where: Path, name: str) -> None:
    cache = Cache(Database(where))
    for number in range(100):
        cache.keep("answers", [entry(f"{name}-{number}", number=number)])
    cache.database.close()
    assert cache.complaint is None


def test_several_runs_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write, args=(tmp_path, str(name))) for name in range(3)]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    assert [each.exitcode for each in processes] == [0, 0, 0]
    cache = Cache(Database(tmp_path))
    assert cache.count("answers") == 300
    cache.database.close()


def test_a_database_that_breaks_while_it_is_used_costs_no_more(cache: Cache) -> None:
    cache.keep("answers", [entry("a")])
    with sqlite3.connect(cache.database.path) as database:
        database.execute("DROP TABLE answers")
    assert cache.get("answers", "a") is None
    assert cache.complaint is not None
    assert cache.keep("answers", [entry("b")]) is False


def test_of_those_set_aside_a_few_stay(tmp_path: Path) -> None:
    for _ in range(6):
        (tmp_path / "cache.db").write_bytes(b"no database at all " * 100)
        cache = Cache(Database(tmp_path))
        cache.keep("answers", [entry("a")])
        assert cache.complaint is not None
        assert "begun anew" in cache.complaint
        cache.database.close()
    assert len(list(tmp_path.glob("*.aside"))) == 3


def test_what_was_of_use_is_known_to_have_been(cache: Cache) -> None:
    cache.keep("checkpoints", [entry("a", size=1), entry("b", size=1)])
    cache.get("checkpoints", "a")
    cache.settle()
    assert [each.key for each in cache.entries("checkpoints")] == ["a", "b"]
    cache.forget_unused("checkpoints", time.time() - 100)
    assert [each.key for each in cache.entries("checkpoints")] == ["a"]


def test_costs_are_learned(cache: Cache) -> None:
    assert cache.cost("docker") is None
    cache.learn_cost("docker", 2.0)
    cache.learn_cost("docker", 1.0)
    assert cache.cost("docker") == 1.5


def test_a_checkpoint_in_use_is_nobodys_to_remove(tmp_path: Path) -> None:
    user, keeper = Leases(tmp_path), Leases(tmp_path)
    assert user.take("a")
    with keeper.alone("a") as alone:
        assert not alone
    user.close()
    with keeper.alone("a") as alone:
        assert alone
        assert not user.take("a")


def test_where_it_lies() -> None:
    assert directory({"INGOT_CACHE_DIR": "/c"}) == Path("/c/builds")
    assert directory({"XDG_CACHE_HOME": "/x", "HOME": "/h"}) == Path("/x/ingot/builds")
    assert directory({"HOME": "/h"}) == Path("/h/.cache/ingot/builds")


@pytest.mark.parametrize(("text", "size"), [
    ("5", 5), ("1K", 1024), ("1.5M", 1536 * 1024), ("2GB", 2 << 30), ("1 TiB", 1 << 40), ("10g", 10 << 30),
])
def test_sizes(text: str, size: int) -> None:
    assert size_of(text) == size
    assert limit({"INGOT_CACHE_SIZE": text}) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "1X", "1G1"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        size_of(text)
