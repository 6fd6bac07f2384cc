"""Write down where what was built comes from."""

from __future__ import annotations

from typing import Literal

from runner.builders.shared.group import group
from runner.sdk import PostProcessor, SecretStr, options


@group()
class Sbom:
    """The list of what the image contains."""

    sbom: bool = False
    """Write the list."""
    sbom_format: str | None = None
    """Format of the list, of the CycloneDX or the SPDX family."""
    sbom_scan_path: str | None = None
    """Directory or file to list, in place of what was built."""
    sbom_scope: str | None = None
    """Which layers of a container image are listed."""
    sbom_exclude: list[str] | None = None
    """Paths to leave out; wildcards are allowed."""


@group()
class Signing:
    """How the documents are signed."""

    signing_mode: Literal["key", "keyless", "kms", "none"] = "none"
    """What signs: a key file, a short-lived certificate, a key service or nothing."""
    signer: str | None = None
    """Key service and key, for `kms`."""
    key: SecretStr | None = None
    """Private key or its path, for `key`."""
    verifier: str | None = None
    """Public key or its path that signatures are checked with."""
    fulcio_url: str | None = None
    """Address of the service that gives certificates, for `keyless`."""
    rekor_url: str | None = None
    """Address of the public log of signatures."""
    upload_tlog: bool | None = None
    """Enter signatures in the public log."""
    trusted_root_path: str | None = None
    """Path of the certificates that signatures are checked with."""
    keyless_identity: str | None = None
    """Identity that the certificate has to name."""
    keyless_oidc_issuer: str | None = None
    """Who has to vouch for the identity."""


@options()
class Options(Sbom, Signing):
    """The documents, what they say and who signs them."""

    provenance: bool | None = None
    """Write the provenance, as SLSA version 1 defines it."""
    build_type: str | None = None
    """Address that names the kind of build in the document."""
    output_dir: str | None = None
    """Directory that receives the documents."""
    template: str | None = None
    """Name of the playbook in the document."""
    only_builds: list[str] | None = None
    """Builds to write documents for; all when left out."""
    user_variables: dict[str, str] | None = None
    """Variables to note in the document: name -> value."""
    source_uri: str | None = None
    """Address of the playbook's repository in the document."""


class Provenance(PostProcessor[Options]):
    """Write down where what was built comes from and what it contains, and sign it."""

    name = "provenance"
    keeps_input = True
