"""A certificate as results tell of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from runner.modules.support.certificate_names import ATTRIBUTES, PURPOSES, SIGNATURES, USAGES, domain
from runner.modules.support.public_keys import colons, data_of, fingerprints, key_fingerprints, kind_of, written
from runner.sdk import Failed

ExtensionT = TypeVar("ExtensionT", bound=x509.ExtensionType)
_TIME = "%Y%m%d%H%M%SZ"
_SHORT = {NameOID.EMAIL_ADDRESS: "emailAddress"}


class Certificate:
    """A certificate; ``encoding`` says how names of other alphabets are told. Raises ``Failed``."""

    def __init__(self, pem: bytes, encoding: str) -> None:
        try:
            self._own = x509.load_pem_x509_certificate(pem)
            self._extensions = self._own.extensions
        except ValueError as error:
            raise Failed(f"Cannot parse the certificate: {str(error).partition('. See ')[0]}") from None
        self._encoding = encoding

    def valid_at(self, moment: datetime) -> bool:
        """Return whether it is valid at a moment."""
        return self._own.not_valid_before_utc <= moment <= self._own.not_valid_after_utc

    def told(self, now: datetime) -> dict[str, Any]:
        """Return everything that results say of it."""
        own, public = self._own, self._own.public_key()
        return {
            "version": own.version.value + 1, "serial_number": own.serial_number,
            "signature_algorithm": _named(SIGNATURES, own.signature_algorithm_oid),
            "not_before": own.not_valid_before_utc.strftime(_TIME),
            "not_after": own.not_valid_after_utc.strftime(_TIME),
            "expired": own.not_valid_after_utc < now,
            "subject": dict(_pairs(own.subject)), "subject_ordered": _pairs(own.subject),
            "issuer": dict(_pairs(own.issuer)), "issuer_ordered": _pairs(own.issuer),
            "public_key": written(public), "public_key_type": kind_of(public), "public_key_data": data_of(public),
            "public_key_fingerprints": key_fingerprints(public),
            "fingerprints": fingerprints(own.public_bytes(serialization.Encoding.DER)),
            "extensions_by_oid": {each.oid.dotted_string: _whole(each) for each in self._extensions},
            **self._uses(), **self._names(), **self._identifiers(), **self._addresses(),
        }

    def _extension(self, kind: type[ExtensionT]) -> tuple[ExtensionT | None, bool]:
        """Return an extension, and whether it is critical; nothing when it has none of the kind."""
        try:
            found = self._extensions.get_extension_for_class(kind)
        except x509.ExtensionNotFound:
            return None, False
        return found.value, found.critical

    def _uses(self) -> dict[str, Any]:
        """Return what it may be used for."""
        basic, basic_critical = self._extension(x509.BasicConstraints)
        usage, usage_critical = self._extension(x509.KeyUsage)
        purposes, purposes_critical = self._extension(x509.ExtendedKeyUsage)
        features, features_critical = self._extension(x509.TLSFeature)
        staple = features is not None and x509.TLSFeatureType.status_request in features
        length = [] if basic is None or basic.path_length is None else [f"pathlen:{basic.path_length}"]
        return {
            "basic_constraints": None if basic is None else [f"CA:{str(basic.ca).upper()}", *length],
            "basic_constraints_critical": basic_critical,
            "key_usage": None if usage is None else sorted(_usages(usage)), "key_usage_critical": usage_critical,
            "extended_key_usage": None if purposes is None else sorted(_named(PURPOSES, each) for each in purposes),
            "extended_key_usage_critical": purposes_critical,
            "ocsp_must_staple": staple or None, "ocsp_must_staple_critical": features_critical,
        }

    def _names(self) -> dict[str, Any]:
        names, critical = self._extension(x509.SubjectAlternativeName)
        told = None if names is None else [self._general(each) for each in names]
        return {"subject_alt_name": told, "subject_alt_name_critical": critical}

    def _identifiers(self) -> dict[str, Any]:
        """Return what tells its keys from others."""
        subject, _ = self._extension(x509.SubjectKeyIdentifier)
        found, _ = self._extension(x509.AuthorityKeyIdentifier)
        issuer = found.authority_cert_issuer if found else None
        return {
            "subject_key_identifier": colons(subject.digest) if subject else None,
            "authority_key_identifier": colons(found.key_identifier) if found and found.key_identifier else None,
            "authority_cert_issuer": [self._general(each) for each in issuer] if issuer else None,
            "authority_cert_serial_number": found.authority_cert_serial_number if found else None,
        }

    def _addresses(self) -> dict[str, Any]:
        """Return where one can ask for more."""
        access, _ = self._extension(x509.AuthorityInformationAccess)
        known = access or ()
        return {
            "ocsp_uri": _address(known, AuthorityInformationAccessOID.OCSP),
            "issuer_uri": _address(known, AuthorityInformationAccessOID.CA_ISSUERS),
        }

    def _general(self, name: x509.GeneralName) -> str:  # noqa: PLR0911 - one return a kind
        """Return one of several names, with its kind before it."""
        match name:
            case x509.DNSName():
                return f"DNS:{domain(name.value, self._encoding)}"
            case x509.IPAddress():
                return f"IP:{name.value}"
            case x509.RFC822Name():
                user, at, host = name.value.rpartition("@")
                return f"email:{user}{at}{domain(host, self._encoding)}"
            case x509.UniformResourceIdentifier():
                host = urlsplit(name.value).hostname or ""
                return f"URI:{name.value.replace(host, domain(host, self._encoding), 1) if host else name.value}"
            case x509.RegisteredID():
                return f"RID:{name.value.dotted_string}"
            case x509.DirectoryName():
                return f"dirName:{name.value.rfc4514_string(_SHORT)}"
            case x509.OtherName():
                return f"otherName:{name.type_id.dotted_string};{colons(name.value)}"
        raise Failed(f"the certificate has a name of an unknown kind: {name}")


def _whole(extension: x509.Extension[x509.ExtensionType]) -> dict[str, Any]:
    value = b64encode(extension.value.public_bytes()).decode()
    return {"critical": extension.critical, "value": value}


def _named(names: Any, oid: x509.ObjectIdentifier) -> str:
    return str(names.get(oid.dotted_string, oid.dotted_string))


def _pairs(name: x509.Name) -> list[list[str]]:
    texts = ((each, each.value if isinstance(each.value, str) else colons(each.value)) for each in name)
    return [[_named(ATTRIBUTES, each.oid), text] for each, text in texts]


def _usages(usage: x509.KeyUsage) -> list[str]:
    """Return what a key may be used for; the last two are said only of a key that is agreed upon."""
    only = () if usage.key_agreement else ("encipher_only", "decipher_only")
    return [title for name, title in USAGES.items() if name not in only and getattr(usage, name)]


def _address(access: Iterable[x509.AccessDescription], method: x509.ObjectIdentifier) -> str | None:
    for each in access:
        if each.access_method == method and isinstance(each.access_location, x509.UniformResourceIdentifier):
            return each.access_location.value
    return None
