"""The files in which yum, dnf and zypper have their repositories: sections of entries."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from runner.sdk import Answer, Ask, Failed, Verb

Sections = dict[str, dict[str, str]]
"""Name of a repository -> its entries."""
_FETCH = """
if command -v curl >/dev/null; then exec curl -fsSL -- "$1"
elif command -v wget >/dev/null; then exec wget -qO- -- "$1"
else exit 44
fi
"""
_NO_PROGRAM = 44


def sections_of(text: str) -> Sections:
    """Read a file of repositories; a value may go on in lines that begin with a blank."""
    sections: Sections = {}
    entries: dict[str, str] | None = None
    key = ""
    for line in text.splitlines():
        if line.startswith("[") and "]" in line:
            entries = sections.setdefault(line[1 : line.index("]")], {})
        elif entries is not None and line[:1].isspace() and line.strip() and key:
            entries[key] += f"\n{line.strip()}"
        elif entries is not None and "=" in line and line[:1] not in "#;":
            key, _, value = (part.strip() for part in line.partition("="))
            entries[key] = value
    return sections


def text_of(sections: Mapping[str, Mapping[str, str]], between: str = "=") -> str:
    """Return a file of repositories; a value of several lines is folded, so that it is read as one."""
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key}{between}{_folded(value)}\n" for key, value in entries.items())
        for name, entries in sections.items()
    )


def downloaded(url: str) -> Generator[Verb, Any, str]:
    """Return what the machine gets from a URL. Raises ``Failed``."""
    answer: Answer = yield Ask(("/bin/sh", "-c", _FETCH, "sh", url))
    if answer.status == _NO_PROGRAM:
        raise Failed(f"{url} cannot be fetched: the machine has neither curl nor wget", "install curl first")
    if answer.status:
        raise Failed(f"{url} cannot be fetched: {answer.stderr.strip() or f'exit status {answer.status}'}")
    return answer.stdout


def _folded(value: str) -> str:
    return value.replace("\n", "\n\t")
