"""Options that several modules have in common: records to inherit from."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, Literal

from runner.sdk import Alias, AtMostOne, Deprecated, Duration, Mode, ReadsFile, SecretStr, Separated, options

Texts = Annotated[list[str], Separated()]
"""Several texts: a list, or one text with commas between them."""


@options()
class Permissions:
    """Who owns a file on the machine and what may be done with it."""

    owner: str | None = None
    """User, by name or number, that is to own the file."""
    group: str | None = None
    """Group, by name or number, that is to own the file."""
    mode: Mode | None = None
    """Permissions of the file, such as '0644', u=rw,go=r or preserve."""
    attributes: Annotated[str | None, Alias("attr")] = None
    """Flags for chattr, such as +i."""
    seuser: str | None = None
    """User part of the SELinux context; _default takes the policy's."""
    serole: str | None = None
    """Role part of the SELinux context; _default takes the policy's."""
    setype: str | None = None
    """Type part of the SELinux context; _default takes the policy's."""
    selevel: str | None = None
    """Level part of the SELinux context; _default takes the policy's."""
    unsafe_writes: bool = False
    """Write into the file itself where it cannot be replaced atomically, as in some mounts of containers."""


@options()
class Kept(Permissions):
    """A file whose former content can be kept."""

    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""


@options()
class Edited(Kept):
    """A file that is written only if its new content passes a check."""

    validate: str | None = None
    """Command that checks the new content before it is put in place; %s stands for the temporary file."""


@options()
class Url(Permissions):
    """How a URL is asked for and where the answer is put."""

    ciphers: Annotated[list[str], Separated()] | None = None
    """TLS ciphers to offer, in the notation of OpenSSL."""
    client_cert: str | None = None
    """File on the machine with the client's certificate in PEM form; it may hold the key as well."""
    client_key: str | None = None
    """File on the machine with the client's private key in PEM form."""
    decompress: bool = True
    """Unpack an answer that the server compressed with gzip."""
    force: bool = False
    """Ask for the file again even if it is there."""
    force_basic_auth: bool = False
    """Send user name and password with the first request, before the server asks for them."""
    http_agent: str = "ansible-httpget"
    """What the request says of its sender in User-Agent."""
    timeout: Duration = "10"
    """How long to wait for the server; a bare number is seconds."""
    unredirected_headers: Texts | None = None
    """Headers that are not sent on when the server redirects to another place."""
    use_gssapi: bool = False
    """Prove who you are by GSSAPI, usually Kerberos."""
    use_netrc: bool = True
    """Take user name and password from the machine's .netrc file if there is one."""
    use_proxy: bool = True
    """Go through the proxy that the machine's environment names."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


@options()
class Scripts:
    """Commands or scripts that are brought to the machine and run there, as Packer's provisioners do."""

    inline: list[str] | None = None
    """Commands, run one after the other as one script."""
    script: Annotated[str, ReadsFile("here")] | None = None
    """Script on this computer that is to run."""
    scripts: Annotated[list[str], ReadsFile("here")] | None = None
    """Scripts on this computer that are to run in this order."""
    environment_vars: list[str] | None = None
    """Variables for the script's environment, each written NAME=value."""
    env: dict[str, str] | None = None
    """Variables for the script's environment, as a mapping."""
    env_var_format: str | None = None
    """How one variable is written on the command line; the first %s is its name, the second its value."""
    valid_exit_codes: tuple[int, ...] = (0,)
    """Exit codes that count as success."""


@options()
class RemoteScripts(Scripts):
    """Scripts that run on the machine."""

    execute_command: str | None = None
    """Command that starts a script; {{.Path}} stands for the script and {{.Vars}} for its variables."""
    remote_path: str | None = None
    """Where the script is put on the machine."""
    start_retry_timeout: Duration = "5m"
    """How long to try to start the script, for instance while the machine restarts."""
    pause_after: Duration = "0s"
    """How long to wait after the script."""
    skip_clean: bool = False
    """Leave the script on the machine."""
    binary: bool = False
    """Bring the script over byte by byte, without converting its line ends."""


@options()
class Elevated:
    """Another account under which a Windows machine runs the work."""

    elevated_user: str | None = None
    """Windows account with administrator's rights that is to run the work."""
    elevated_password: SecretStr | None = None
    """Password of elevated_user; empty for service accounts such as SYSTEM."""


@options(AtMostOne("name", "list"), AtMostOne("best", "nobest"))
class RpmPackages:
    """Packages from RPM repositories, as dnf installs them."""

    name: Annotated[list[str] | None, Separated(), Alias("pkg")] = None
    """Packages, groups (@name), files or URLs; * with state latest means everything that is installed."""
    state: Literal["absent", "present", "installed", "removed", "latest"] | None = None
    """Whether they are to be there; left out means present, or absent with autoremove."""
    allow_downgrade: bool = False
    """Let a named version replace a newer one that is installed."""
    allowerasing: bool = False
    """Let installed packages be removed where that resolves a conflict."""
    autoremove: bool = False
    """Remove packages that were installed as dependencies and are needed no more."""
    best: bool | None = None
    """Take the newest version or fail, not an older one that could be installed."""
    nobest: bool | None = None
    """Take an older version if the newest one cannot be installed."""
    bugfix: bool = False
    """With state latest, install only updates that fix faults."""
    security: bool = False
    """With state latest, install only updates that fix security faults."""
    cacheonly: bool = False
    """Use only what is in the cache; download no lists of packages."""
    conf_file: str | None = None
    """Configuration file on the machine to use instead of the usual one."""
    disable_excludes: str | None = None
    """Whose excludes to disregard: all, main, or a repository's name."""
    disable_gpg_check: bool = False
    """Install packages without checking their signatures."""
    disable_plugin: Texts | None = None
    """Plugins of dnf that are off for this work."""
    enable_plugin: Texts | None = None
    """Plugins of dnf that are on for this work."""
    disablerepo: Texts | None = None
    """Repositories that are off for this work."""
    enablerepo: Texts | None = None
    """Repositories that are on for this work."""
    download_only: bool = False
    """Download the packages, but do not install them."""
    download_dir: str | None = None
    """Directory on the machine for packages that are only downloaded."""
    exclude: Texts | None = None
    """Packages that are to be left as they are."""
    install_repoquery: Annotated[bool, Deprecated("leave it out")] = True
    """Switch of a helper that old versions of yum needed."""
    install_weak_deps: bool = True
    """Install packages that others only recommend."""
    installroot: str = "/"
    """Directory that holds the system to install into."""
    list_: str | None = field(default=None, metadata={"name": "list"})
    """Look packages up instead of changing any: installed, updates, available, repos, or a name."""
    lock_timeout: int = 30
    """How many seconds to wait while another program holds the lock."""
    releasever: str | None = None
    """Release of the distribution to take packages from."""
    skip_broken: bool = False
    """Leave out packages that cannot be had or whose dependencies are broken."""
    sslverify: bool = True
    """Refuse repositories whose certificate cannot be verified."""
    validate_certs: bool = True
    """Refuse servers of packages named by URL whose certificate cannot be verified."""
    update_cache: Annotated[bool, Alias("expire-cache")] = False
    """Fetch the repositories' lists again if they are out of date."""
    update_only: bool = False
    """With state latest, only update what is installed."""


@options()
class PostgresqlLogin:
    """How to reach a PostgreSQL server."""

    login_host: Annotated[str, Alias("host")] = ""
    """Host of the server; left out, the machine itself."""
    login_port: Annotated[int, Alias("port")] = 5432
    """Port of the server."""
    login_unix_socket: Annotated[str, Alias("unix_socket")] = ""
    """Directory of the server's socket."""
    login_user: Annotated[str, Alias("login")] = "postgres"
    """Role to log in as."""
    login_password: SecretStr = ""
    """Password of that role."""
    session_role: str | None = None
    """Role to change to after logging in."""
    ssl_mode: Literal["allow", "disable", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    """Whether the connection is encrypted, and how far the server's certificate is verified."""
    ca_cert: Annotated[str | None, Alias("ssl_rootcert")] = None
    """File on the machine with the certificate authority's certificate."""
    ssl_cert: str | None = None
    """File on the machine with the client's certificate."""
    ssl_key: str | None = None
    """File on the machine with the client's private key."""
    connect_params: dict[str, Any] | None = None
    """Further parameters of the connection, as libpq names them."""
    trust_input: bool = True
    """Do not look for signs of SQL injection in the values."""


@options()
class MysqlLogin:
    """How to reach a MySQL or MariaDB server."""

    login_host: str = "localhost"
    """Host of the server."""
    login_port: int = 3306
    """Port of the server."""
    login_unix_socket: str | None = None
    """The server's socket."""
    login_user: str | None = None
    """User to log in as."""
    login_password: SecretStr | None = None
    """Password of that user."""
    config_file: str = "~/.my.cnf"
    """File on the machine with user and password."""
    connect_timeout: int = 30
    """How many seconds to wait for the server."""
    ca_cert: Annotated[str | None, Alias("ssl_ca")] = None
    """File on the machine with the certificate authority's certificate."""
    client_cert: Annotated[str | None, Alias("ssl_cert")] = None
    """File on the machine with the client's certificate."""
    client_key: Annotated[str | None, Alias("ssl_key")] = None
    """File on the machine with the client's private key."""
    check_hostname: bool | None = None
    """Whether the certificate has to be for the server's host name."""
