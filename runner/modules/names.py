"""Which module a name in a task means: short names, Ansible's full names, and names as Packer writes them."""

from __future__ import annotations

from collections.abc import Mapping

_GROUPS = {
    "ansible.posix": "acl authorized_key firewalld mount seboolean selinux sysctl",
    "community.crypto": "openssh_keypair openssl_dhparam openssl_privatekey_info x509_certificate_info",
    "community.general": (
        "alternatives apache2_module apk archive capabilities copr dpkg_divert filesystem gem htpasswd ini_file "
        "kernel_blacklist locale_gen make modprobe npm pacman pam_limits pamd redhat_subscription "
        "rhsm_repository sefcontext seport snap timezone ufw xml zypper zypper_repository"
    ),
    "community.mysql": "mysql_db mysql_info mysql_query mysql_replication mysql_user",
    "community.postgresql": (
        "postgresql_db postgresql_ext postgresql_privs postgresql_query postgresql_schema postgresql_user"
    ),
}

COLLECTIONS: Mapping[str, str] = {name: collection for collection, names in _GROUPS.items() for name in names.split()}
"""Short name -> the collection that the module comes from, unless that is ``ansible.builtin``."""

_PROVISIONERS = (
    "ansible ansible_local azure_dtlartifact breakpoint chef_client chef_solo converge hcp_sbom inspec powershell "
    "puppet_masterless puppet_server salt_masterless shell_local sleep windows_restart windows_shell windows_update"
)

PACKER = frozenset(_PROVISIONERS.split())
"""Modules that do the work of Packer's provisioners and belong to no collection."""

_OTHER_NAMES = {"ansible.mysql": "community.mysql"}
"""Collections that roles know by another name."""
_SYNONYMS = {"systemd_service": "systemd", "openssl_certificate_info": "x509_certificate_info"}


def short_name(name: str) -> str | None:
    """Return the short name of the module that ``name`` means.

    A plain name that is not known here stays as it is: it may be a plugin's, or a mistake. ``ansible.builtin`` and
    ``ansible.legacy`` also hold the names of modules that have since moved to another collection. Nothing is
    returned for a name in a collection that does not hold the module, or that is not known here.
    """
    collection, _, plain = name.rpartition(".")
    short = _SYNONYMS.get(plain, plain)
    if not collection:
        packer = short.replace("-", "_")
        return packer if packer in PACKER else short
    if short in PACKER:
        return None
    if collection in ("ansible.builtin", "ansible.legacy"):
        return short
    return short if COLLECTIONS.get(short) == _OTHER_NAMES.get(collection, collection) else None
