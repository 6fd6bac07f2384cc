"""The ``yum_repository`` module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited, Permissions, Texts
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.modules.support.repo_files import sections_of, text_of
from runner.sdk import Alias, Do, Failed, ModeValue, Module, Outcome, SecretStr, Work, options

_NO_LINES = ("name", "state", "file", "reposdir")
"""Options that say where the section goes."""
_ATTRIBUTES = frozenset(each.name for each in fields(Permissions))


@options()
class Options(Permissions):
    """What ``yum_repository`` accepts."""

    name: str
    """Name of the repository, as in square brackets in its file."""
    state: Literal["absent", "present"] = "present"
    """Whether the repository is to be there."""
    description: str | None = None
    """What the repository is, for people; needed unless state is absent."""
    baseurl: Texts | None = None
    """URLs of the repository."""
    mirrorlist: str | None = None
    """URL of a list of the repository's mirrors."""
    metalink: str | None = None
    """URL of a metalink file for the repository."""
    file: str | None = None
    """Name of its file without the ending .repo; left out, the repository's name."""
    reposdir: str = "/etc/yum.repos.d"
    """Directory of the file."""
    enabled: bool | None = None
    """Whether packages are taken from it."""
    gpgcheck: bool | None = None
    """Whether packages' signatures are checked."""
    gpgkey: Texts | None = None
    """URLs of the keys that sign the packages."""
    gpgcakey: str | None = None
    """URL of the key of the certificate authority."""
    repo_gpgcheck: bool | None = None
    """Whether the signature of the repository's lists is checked."""
    priority: str | None = None
    """Its rank; packages come from the repository with the lowest number."""
    cost: str | None = None
    """How dear it is to use; the cheapest repository is asked first."""
    module_hotfixes: bool | None = None
    """Offer its packages even where a module stream would hide them."""
    exclude: Annotated[Texts | None, Alias("excludepkgs")] = None
    """Packages that are not taken from it."""
    includepkgs: Texts | None = None
    """The only packages that are taken from it."""
    include: str | None = None
    """File or URL with further configuration."""
    username: str | None = None
    """User name for the repository."""
    password: SecretStr | None = None
    """Password for the repository."""
    proxy: str | None = None
    """URL of the proxy; _none_ goes without one."""
    proxy_username: str | None = None
    """User name for the proxy."""
    proxy_password: SecretStr | None = None
    """Password for the proxy."""
    sslverify: Annotated[bool | None, Alias("validate_certs")] = None
    """Whether the server's certificate has to be verified."""
    sslcacert: Annotated[str | None, Alias("ca_cert")] = None
    """File or directory of the certificate authorities to trust."""
    sslclientcert: Annotated[str | None, Alias("client_cert")] = None
    """File of the client's certificate."""
    sslclientkey: Annotated[str | None, Alias("client_key")] = None
    """File of the client's private key."""
    ssl_check_cert_permissions: bool | None = None
    """Whether to check who may read the certificates."""
    timeout: str | None = None
    """Seconds to wait for a connection."""
    retries: str | None = None
    """How often to try to fetch a file; 0 means for ever."""
    bandwidth: str | None = None
    """Bandwidth to be had, which throttle may be a part of."""
    throttle: str | None = None
    """How much of the bandwidth to use, in bytes or percent."""
    ip_resolve: Literal["4", "6", "IPv4", "IPv6", "whatever"] | None = None
    """Which version of the Internet Protocol to use."""
    keepalive: bool | None = None
    """Whether to use one connection for several requests."""
    http_caching: Literal["all", "packages", "none"] | None = None
    """What caches on the way may keep."""
    keepcache: Literal["0", "1"] | None = None
    """Whether downloaded packages are kept."""
    metadata_expire: str | None = None
    """Seconds after which the lists of packages are out of date."""
    metadata_expire_filter: Literal["never", "read-only:past", "read-only:present", "read-only:future"] | None = None
    """For which work the lists may be out of date."""
    mirrorlist_expire: str | None = None
    """Seconds after which the list of mirrors is out of date."""
    deltarpm_percentage: str | None = None
    """How large a delta may be in relation to its package, to be used."""
    deltarpm_metadata_percentage: str | None = None
    """How large the lists of deltas may be in relation to those of packages, to be used."""
    failovermethod: Literal["roundrobin", "priority"] | None = None
    """Order in which the URLs are tried."""
    skip_if_unavailable: bool | None = None
    """Go on without the repository if it does not answer."""
    enablegroups: bool | None = None
    """Whether its groups of packages can be used."""
    countme: bool | None = None
    """Let the repository's owner count machines."""
    async_: bool | None = field(default=None, metadata={"name": "async"})
    """Download from several repositories at the same time."""
    protect: bool | None = None
    """Keep its packages from being updated from other repositories."""
    s3_enabled: bool | None = None
    """Use the plugin for repositories on S3."""
    ui_repoid_vars: str | None = None
    """Variables that are shown with the repository's name."""


class YumRepository(Module[Options]):
    """Add and remove repositories of RPM packages."""

    name = "yum_repository"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Have the section of the repository in its file, or not. Raises ``Failed``."""
        del facts
        wanted = self.options
        path = f"{wanted.reposdir}/{wanted.file or wanted.name}.repo"
        shared = {each.name: getattr(wanted, each.name) for each in fields(Permissions)}
        options = Edited(**{**shared, "mode": wanted.mode or (None if wanted.state == "absent" else ModeValue("0644"))})
        values = {"repo": wanted.name, "state": wanted.state}
        found, former = yield from opened(path, options)
        if wanted.state == "present":
            if not any((wanted.baseurl, wanted.mirrorlist, wanted.metalink)):
                raise Failed("Parameter 'baseurl', 'metalink' or 'mirrorlist' is required.")
            if wanted.description is None:
                raise Failed("Parameter 'description' is required.")
            if not found.parent.exists:
                raise Failed(f"Repo directory '{wanted.reposdir}' does not exist.")
        sections = sections_of((former or b"").decode(errors="surrogateescape"))
        own = self._entries()
        if wanted.state == "absent":
            if wanted.name not in sections:
                return Outcome(values, changed=False)
            del sections[wanted.name]
        else:
            sections[wanted.name] = own
        if not sections and former is not None:
            yield from done(Do(("rm", "-f", path)), f"{path} cannot be removed")
            return Outcome(values, changed=True)
        content = text_of(dict(sorted(sections.items())), " = ") + "\n"
        same = former is not None and sections_of(former.decode(errors="surrogateescape")) == sections
        data = former if same and former is not None else content.encode(errors="surrogateescape")
        changed, _, _ = yield from saved(found, former, data, options, "")
        return Outcome(values, changed=changed)

    def _entries(self) -> dict[str, str]:
        """Return the lines of the section, in the order of their names."""
        entries: dict[str, str] = {}
        for each in fields(Options):
            name = each.metadata.get("name", each.name)
            value = getattr(self.options, each.name)
            if value is None or name in _NO_LINES or each.name in _ATTRIBUTES:
                continue
            entries["name" if name == "description" else name] = _text(name, value)
        return dict(sorted(entries.items()))


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | tuple):
        between = " " if name in ("exclude", "includepkgs") else "\n"
        return between.join(map(str, value))
    return str(value)
