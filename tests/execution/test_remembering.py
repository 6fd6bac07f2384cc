"""Digests of operations, and answers without secrets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.execution.remembering.fingerprints import Fingerprints
from runner.execution.remembering.sealing import Seal, Unkept
from runner.execution.remembering.steps import Step, differs
from runner.sdk import Answer, Ask, Become, Do, Failed, Put, Sent, Upload


def prints(*secrets: str, key: bytes = b"key") -> Fingerprints:
    return Fingerprints(lambda: secrets, lambda: key)


OPERATIONS: list[Any] = [
    Ask(("a",)), Do(("a",)), Do(("a", "b")), Do(("ab",)), Do(("a",), stdin="b"), Do(("a",), stdin=b"b"),
    Do(("a",), environment={"A": "b"}), Do(("a",), environment={"A": "c"}), Do(("a",), chdir="/"),
    Put("/a", b"x"), Put("/a", b"y"), Put("/b", b"x"), Put("/a", b"x", 0o600), Put("/a", b"x", in_place=True), "/a",
]


def test_what_does_another_thing_has_another_digest() -> None:
    users = [None, Become(), Become("worker"), Become(method="su"), Become(password="x"), Become(password="y")]
    digests = [prints().of_operation(each, None) for each in OPERATIONS]
    digests += [prints().of_operation(OPERATIONS[1], user) for user in users[1:]]
    assert len(set(digests)) == len(digests)


def test_what_is_only_for_people_does_not_count() -> None:
    assert prints().of_operation(Do(("a",), shown=False), None) == prints().of_operation(Do(("a",)), None)
    assert prints().of_operation(Put("/a", b"x", meant_for="/b"), None) == prints().of_operation(Put("/a", b"x"), None)


def test_files_count_by_content_and_permissions(tmp_path: Path) -> None:
    def digest() -> str:
        return prints().of_operation(Upload("/to", (Sent(str(tmp_path / "file"), "file"),)), None)

    file = tmp_path / "file"
    file.write_text("one")
    first = digest()
    file.touch()
    assert digest() == first
    file.write_text("two")
    second = digest()
    file.chmod(0o700)
    assert len({first, second, digest()}) == 3


def test_what_has_a_secret_in_it_depends_on_the_key() -> None:
    plain, hidden = Do(("echo", "word")), Do(("echo", "s3cret!"))
    one, other = prints("s3cret!", key=b"1"), prints("s3cret!", key=b"2")
    assert one.of_operation(plain, None) == other.of_operation(plain, None)
    assert one.of_operation(hidden, None) != other.of_operation(hidden, None)
    assert one.of_operation(Do(("a",), stdin=b"x s3cret! y"), None) != other.of_operation(
        Do(("a",), stdin=b"x s3cret! y"), None
    )


def seal(*secrets: str) -> Seal:
    return Seal(lambda: secrets, prints(*secrets))


MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901)  # noqa: DTZ001 - as answers have them
ANSWERS: list[Any] = [
    None, b"", b"text\n", b"\xff\x00", Answer(), Answer(3, "out\n", "err", MOMENT, MOMENT), Failed("no"),
    Failed("no", "do"), Answer(0, "\udcff"), b"key=s3cret!",
]


@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
def test_answers_come_back(answer: Any) -> None:
    kept = seal("s3cret!").closed(answer)
    assert "s3cret!" not in str(kept)
    found = seal("s3cret!").opened(kept)
    if isinstance(answer, Failed):
        assert (str(found), found.hint) == (str(answer), answer.hint)
    else:
        assert found == answer


SECRETS = st.text(min_size=1, max_size=6).filter(lambda text: "\0" not in text)


@given(st.lists(SECRETS, min_size=1, max_size=3), st.lists(st.text(max_size=5), max_size=4), st.randoms())
def test_any_text_comes_back_without_its_secrets(secrets: list[str], texts: list[str], dice: Any) -> None:
    pieces = [*texts, *secrets]
    dice.shuffle(pieces)
    text = "".join(pieces)
    try:
        kept = seal(*secrets).closed(Answer(0, text))
    except Unkept:
        return
    assert seal(*secrets).opened(kept).stdout == text
    rest = "".join(part for index, part in enumerate(kept["stdout"].split("\0")) if index % 2 == 0)
    assert not any(secret in rest for secret in secrets if len(secret) > 2)


def test_another_secret_is_no_answer() -> None:
    kept = seal("s3cret!").closed(Answer(0, "key=s3cret!"))
    with pytest.raises(Unkept):
        seal("other").opened(kept)


@pytest.mark.parametrize("answer", [
    Answer(0, "czNjcmV0IQ=="), Answer(0, "s3cret%21"), b"\xffs3cret!", Answer(0, "\0ingot:" + "0" * 64 + "\0"),
    b"x" * (5 << 20),
], ids=["base64", "in a URL", "in bytes", "like a token", "too large"])
def test_what_cannot_be_kept(answer: Any) -> None:
    with pytest.raises(Unkept):
        seal("s3cret!").closed(answer)


LOG = "getting 3 files\nFetched 52.5 kB in 0s (798 kB/s)\n"
LATER: list[Any] = [Do(("cp", "/tmp/tmp.ab3", "/to")), Put("/conf", b"v=1.2.3\n")]


@pytest.mark.parametrize(("kept", "answer", "differing"), [
    (Answer(0, "one"), Answer(0, "one"), False),
    (Answer(0, "one"), Answer(1, "one"), True),
    (Answer(0, "one\n"), Answer(0, "two\n"), True),
    (Answer(0, ""), Answer(0, "two\n"), True),
    (Answer(0, "one\n", "slow"), Answer(0, "one\n", "quick"), False),
    (Answer(0, LOG), Answer(0, LOG.replace("798", "12.3")), False),
    (Answer(0, f"{LOG}/tmp/tmp.ab3"), Answer(0, f"{LOG}/tmp/tmp.cd4"), True),
    (Answer(0, f"{LOG}1.2.3"), Answer(0, f"{LOG}1.2.4"), True),
    (Failed("no"), Failed("neither"), False),
    (None, Failed("no"), True),
    (None, None, False),
])
def test_what_counts_of_an_answer(kept: Any, answer: Any, differing: bool) -> None:  # noqa: FBT001 - a table's column
    async def again(line: Any) -> None:
        del line

    later = [Step("", "", each, again, None, strict=False, task=None) for each in LATER]
    first = Step("", "", Do(("a",)), again, kept, strict=True, task=None)
    assert differs(first, answer, later, lenient=False) is differing
    if isinstance(kept, Answer):
        ended = kept.status != answer.status
        assert differs(first._replace(strict=False), answer, later, lenient=False) is ended
        assert differs(first, answer, later, lenient=True) is ended
