"""The ``x509_certificate_info`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from runner.sdk import Answer, Ask, ExactlyOne, Failed, Get, Module, Outcome, Work, options

_RELATIVE = re.compile(
    r"(?P<sign>[+-])?(?:(?P<weeks>\d+)w)?(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s?)?"
)
_ABSOLUTE = ("%Y%m%d%H%M%SZ", "%Y%m%d%H%MZ")


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the certificate from the machine, or take the one given, and look into it here. Raises ``Failed``."""
        del facts
        from runner.modules.support.certificates import Certificate

        wanted = self.options
        content: bytes | None = (wanted.content or "").encode()
        if wanted.path is not None:
            content = yield Get(wanted.path)
        if content is None:
            raise Failed(f"Error while reading certificate file from disk: there is no file {wanted.path!r}")
        certificate = Certificate(content, wanted.name_encoding)
        clock: Answer = yield Ask(("date", "-u", "+%Y%m%d%H%M%S"))
        now = datetime.strptime(clock.stdout.strip(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        moments = {name: _moment(name, str(text), now) for name, text in (wanted.valid_at or {}).items()}
        valid = {name: certificate.valid_at(moment) for name, moment in moments.items()}
        return Outcome({**certificate.told(now), "valid_at": valid}, changed=False)


def _moment(name: str, text: str, now: datetime) -> datetime:
    """Return the time that a text means: ``+2w1d``, or ``20300101000000Z``. Raises ``Failed``."""
    relative = _RELATIVE.fullmatch(text.strip())
    try:
        if relative is not None and text.strip(" +-"):
            numbers = {unit: int(number) for unit, number in relative.groupdict("0").items() if unit != "sign"}
            return now + timedelta(**numbers) * (-1 if relative["sign"] == "-" else 1)
        for form in _ABSOLUTE:
            try:
                return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
            except ValueError:
                continue
    except OverflowError:
        pass
    raise Failed(f'The time spec "{text}" for valid_at.{name} is invalid', "write +2w1d, or 20300101000000Z")
