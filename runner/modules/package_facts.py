"""The ``package_facts`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Module, Separated, options


@options()
class Options:
    """What ``package_facts`` accepts."""

    manager: Annotated[
        tuple[
            Literal[
                "apk",
                "apt",
                "auto",
                "dnf",
                "dnf5",
                "openbsd_pkg",
                "pacman",
                "pkg",
                "pkg5",
                "pkg_info",
                "pkgng",
                "portage",
                "rpm",
                "yum",
                "zypper",
            ],
            ...,
        ],
        Separated(),
    ] = ("auto",)
    """Package managers to ask; auto finds out."""
    strategy: Literal["all", "first"] = "first"
    """Whether the first package manager that answers will do, or all are asked."""


class PackageFacts(Module[Options]):
    """Find out which packages are installed, as the fact ``packages``."""

    name = "package_facts"
