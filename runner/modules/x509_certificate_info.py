"""The ``x509_certificate_info`` module."""

from __future__ import annotations

from typing import Any, Literal

from runner.sdk import ExactlyOne, Module, options


@options(ExactlyOne("path", "content"))
class Options:
    """What ``x509_certificate_info`` accepts."""

    path: str | None = None
    """File on the machine, in PEM form."""
    content: str | None = None
    """The certificate itself, in PEM form."""
    valid_at: dict[str, Any] | None = None
    """Times to check it at, each with a name, as in +2w."""
    name_encoding: Literal["ignore", "idna", "unicode"] = "ignore"
    """How names in other alphabets are returned."""
    select_crypto_backend: Literal["auto", "cryptography"] = "auto"
    """What reads the certificate."""


class X509CertificateInfo(Module[Options]):
    """Read a certificate: whom it is for, who signed it, how long it is valid."""

    name = "x509_certificate_info"
