"""Checksums in the forms that Packer knows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.builders.shared.checksums import Checksum, list_of, listed, literal
from runner.builders.shared.download import iso_gap
from runner.sdk import Failed

MD5, SHA1, SHA256, SHA512 = (hashlib.new(name, b"x").hexdigest() for name in ("md5", "sha1", "sha256", "sha512"))

LITERALS = [
    (SHA256, f"sha256:{SHA256}"),
    (f"sha256:{SHA256}", f"sha256:{SHA256}"),
    (f"SHA256:{SHA256.upper()}", f"sha256:{SHA256}"),
    (MD5, f"md5:{MD5}"),
    (f"md5:{MD5}", f"md5:{MD5}"),
    (SHA1, f"sha1:{SHA1}"),
    (SHA512, f"sha512:{SHA512}"),
]


@pytest.mark.parametrize(("text", "meant"), LITERALS)
def test_a_checksum_that_is_written_out(text: str, meant: str) -> None:
    assert str(literal(text)) == meant
    assert iso_gap({"iso_checksum": text}) is None


@pytest.mark.parametrize("text", [
    "", "sha256", "sha256:", f"md5:{SHA256}", f"sha3:{SHA256}", "z" * 64, SHA256[1:], "x:none",
])
def test_what_is_no_checksum(text: str) -> None:
    with pytest.raises(Failed, match="is no checksum"):
        literal(text)
    assert f"iso_checksum: {text!r} is no checksum: write" in (iso_gap({"iso_checksum": text}) or "")


def test_none_and_lists() -> None:
    assert literal("none") is None
    assert list_of("file:./SHA256SUMS") == "./SHA256SUMS"
    assert list_of("file:https://example.com/SUMS") == "https://example.com/SUMS"
    assert list_of("none") is None


LISTS = [
    (f"{SHA256}  a.iso\n{SHA1}  b.iso\n", f"sha256:{SHA256}"),
    (f"{SHA1}  b.iso\n{SHA256} *a.iso\n", f"sha256:{SHA256}"),
    (f"{SHA512}  ./images/a.iso\n", f"sha512:{SHA512}"),
    (f"# a comment\n\nSHA256 (b.iso) = {SHA1}\nSHA256 (a.iso) = {SHA256}\n", f"sha256:{SHA256}"),
    (f"MD5(a.iso)= {MD5}\n", f"md5:{MD5}"),
    (f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{SHA256}  a.iso\n-----BEGIN PGP", f"sha256:{SHA256}"),
    (f"{SHA256}\n", f"sha256:{SHA256}"),
    (f"{SHA256.upper()}  a.iso\r\n", f"sha256:{SHA256}"),
]


@pytest.mark.parametrize(("text", "meant"), LISTS)
def test_a_list_of_checksums(text: str, meant: str) -> None:
    assert str(listed(text.splitlines(), "a.iso", "SUMS")) == meant


@pytest.mark.parametrize("text", [
    "", f"{SHA256}  b.iso", f"{SHA256}  aa.iso", f"MD5 (a.iso) = {SHA256}", "<html>", f"{SHA256}\n{SHA1}",
])
def test_a_list_without_the_checksum(text: str) -> None:
    with pytest.raises(Failed, match=r"SUMS has no checksum of a\.iso"):
        listed(text.splitlines(), "a.iso", "SUMS")


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/()*\\", exclude_categories=["C", "Z"]), min_size=1)


ALGORITHMS = st.sampled_from(["md5", "sha1", "sha256", "sha512"])


@given(st.dictionaries(NAMES, st.binary(), min_size=1), ALGORITHMS, st.booleans())
def test_lists_of_any_files(files: dict[str, bytes], algorithm: str, bsd: bool) -> None:  # noqa: FBT001 - made up
    sums = {name: hashlib.new(algorithm, content).hexdigest() for name, content in files.items()}
    lines = [f"{algorithm.upper()} ({name}) = {sum_}" if bsd else f"{sum_}  {name}" for name, sum_ in sums.items()]
    assert {name: listed(lines, name, "SUMS") for name in files} == {
        name: Checksum(algorithm, sum_) for name, sum_ in sums.items()
    }


def test_both_digests_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.iso").write_bytes(b"y")
    Checksum("sha256", hashlib.sha256(b"y").hexdigest()).check(tmp_path / "a.iso")
    with pytest.raises(Failed) as caught:
        Checksum("sha256", SHA256).check(tmp_path / "a.iso")
    assert SHA256 in str(caught.value)
    assert hashlib.sha256(b"y").hexdigest() in str(caught.value)


GAPS = [
    ({"iso_checksum": "none", "iso_url": "http://x/a.iso"}, None),
    ({"iso_checksum": "none", "iso_url": "http://x/a.iso", "iso_skip_cache": True}, "iso_skip_cache: true and"),
    ({"iso_checksum": "none", "iso_url": "./a.iso", "iso_skip_cache": True}, None),
    ({"iso_checksum": "none", "iso_urls": ["file:///a.iso", "/b.iso"], "iso_skip_cache": True}, None),
    ({"iso_checksum": "none", "iso_urls": ["/a.iso", "s3://b/c"], "iso_skip_cache": True}, "iso_skip_cache: true"),
    ({"iso_checksum": object(), "iso_url": object(), "iso_skip_cache": True}, None),
]


@pytest.mark.parametrize(("options", "gap"), GAPS)
def test_what_cannot_be_done(options: dict[str, object], gap: str | None) -> None:
    found = iso_gap(options)
    assert (found or "").startswith(gap or "")
    assert (found is None) == (gap is None)
