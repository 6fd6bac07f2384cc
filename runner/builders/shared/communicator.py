"""How a machine is reached: the options of SSH and WinRM that most builders take."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.group import SignedDuration, group
from runner.sdk import AtMostOne, Deprecated, Duration, Requires, SecretStr


@group(AtMostOne("ssh_bastion_host", "ssh_proxy_host"), Requires("ssh_certificate_file", "ssh_private_key_file"))
class Ssh:
    """How to connect with SSH."""

    ssh_host: str | None = None
    """Address to connect to; the builder finds it out when left out."""
    ssh_port: int = 22
    """Port of the SSH server on the machine."""
    ssh_username: str | None = None
    """User to log in as."""
    ssh_password: SecretStr | None = None
    """Password to log in with."""
    ssh_private_key_file: str | None = None
    """Path of the private key to log in with; `~` is the home directory."""
    ssh_certificate_file: str | None = None
    """Path of the signed certificate that goes with the private key."""
    ssh_agent_auth: bool = False
    """Log in with the keys of the SSH agent that runs on this computer."""
    ssh_disable_agent_forwarding: bool = False
    """Keep the SSH agent out of the machine's reach."""
    ssh_keypair_name: str | None = None
    """Name of a key pair that the cloud already knows, to be put on the machine."""
    ssh_private_key: SecretStr | None = None
    """The private key itself, in place of a file."""
    ssh_public_key: str | None = None
    """The public key that belongs to `ssh_private_key`."""
    temporary_key_pair_name: str | None = None
    """Name of the key pair that is made for this build and removed afterwards."""
    temporary_key_pair_type: Literal["dsa", "ecdsa", "ed25519", "rsa"] | None = None
    """Algorithm of the temporary key pair; `ed25519` when left out."""
    temporary_key_pair_bits: int | None = None
    """Length of the temporary key; each algorithm has its own choices."""
    ssh_clear_authorized_keys: bool = False
    """Remove the temporary key from `authorized_keys` before the image is made."""
    ssh_ciphers: list[str] | None = None
    """Ciphers to offer, in place of the usual ones."""
    ssh_key_exchange_algorithms: list[str] | None = None
    """Key exchange algorithms to offer, in place of the usual ones."""
    ssh_pty: bool = False
    """Ask for a terminal, which some `sudo` set-ups insist on."""
    ssh_timeout: Duration = "5m"
    """How long to wait until SSH answers; also after the connection has been lost, when the machine restarts."""
    ssh_wait_timeout: Annotated[Duration | None, Deprecated("write ssh_timeout")] = None
    """The older name of `ssh_timeout`."""
    ssh_handshake_attempts: int = 10
    """How many handshakes and log-ins may fail once SSH answers; any number within `ssh_timeout` when it is 0."""
    ssh_keep_alive_interval: SignedDuration = "5s"
    """How often to send a sign of life; a negative value sends none."""
    ssh_read_write_timeout: Duration | None = None
    """How long a command may write no line before it is ended and has failed; forever when left out."""
    ssh_file_transfer_method: Literal["scp", "sftp"] = "scp"
    """How files and directories are copied. `scp` sends them to a shell on the machine as one stream, which is faster
    than Packer's SCP and needs no program for it there; `sftp` needs the machine's SFTP server, and works as the user
    who has logged in: what a task copies as another user goes through the shell all the same."""
    ssh_strict_host_key_checking: Literal[True, False, "yes", "no", "accept-new"] | None = None
    """Whether the machine has to show a host key that is known, as OpenSSH's `StrictHostKeyChecking`: `yes` refuses one
    that is not, `accept-new` adds it to the known hosts if the machine had none so far, `no` accepts any. When left
    out, it is `yes`; but of a machine that was made for the build and tells its key in no other way, the first key
    counts as long as the build lasts. The jump host is checked in the same way. Packer checks no host keys at all."""
    ssh_known_hosts_file: str | None = None
    """File of the known host keys; when left out, those of the user and of this computer, as `ssh` reads them."""
    ssh_host_keys: list[str] | None = None
    """Host keys that the machine may show, each a public key or a fingerprint such as `SHA256:...`, in place of the
    known hosts."""
    ssh_bastion_host: str | None = None
    """Address of a jump host through which to connect."""
    ssh_bastion_port: int = 22
    """Port of the SSH server on the jump host."""
    ssh_bastion_username: str | None = None
    """User to log in as on the jump host."""
    ssh_bastion_password: SecretStr | None = None
    """Password for the jump host."""
    ssh_bastion_interactive: bool = False
    """Answer the questions of the jump host's keyboard-interactive login at the terminal."""
    ssh_bastion_agent_auth: bool = False
    """Log in to the jump host with the keys of the SSH agent."""
    ssh_bastion_private_key_file: str | None = None
    """Path of the private key for the jump host."""
    ssh_bastion_certificate_file: str | None = None
    """Path of the signed certificate for the jump host."""
    ssh_proxy_host: str | None = None
    """Address of a SOCKS proxy through which to connect."""
    ssh_proxy_port: int = 1080
    """Port of the SOCKS proxy."""
    ssh_proxy_username: str | None = None
    """User name for the SOCKS proxy."""
    ssh_proxy_password: SecretStr | None = None
    """Password for the SOCKS proxy."""
    ssh_remote_tunnels: list[str] | None = None
    """Ports of the machine that lead back to this computer, each `PORT:HOST:PORT`."""
    ssh_local_tunnels: list[str] | None = None
    """Ports of this computer that lead to the machine, each `PORT:HOST:PORT`."""


@group()
class WinRm:
    """How to connect with Windows Remote Management."""

    winrm_username: str | None = None
    """User to log in as."""
    winrm_password: SecretStr | None = None
    """Password to log in with."""
    winrm_host: str | None = None
    """Address to connect to; the builder finds it out when left out."""
    winrm_port: int | None = None
    """Port of WinRM on the machine: 5985, or 5986 with TLS, when left out."""
    winrm_timeout: Duration = "30m"
    """How long to wait until WinRM answers."""
    winrm_use_ssl: bool = False
    """Connect over HTTPS."""
    winrm_insecure: bool = False
    """Accept any certificate of the machine."""
    winrm_use_ntlm: bool = False
    """Log in with NTLM in place of basic authentication."""
    winrm_no_proxy: bool = False
    """Connect directly, whatever proxy the environment names."""


@group()
class Connection(Ssh, WinRm):
    """How the machine is reached."""

    communicator: Literal["none", "ssh", "winrm"] = "ssh"
    """What carries commands and files to the machine; `none` when nothing is to be done on it."""
    pause_before_connecting: Duration | None = None
    """How long to wait after the first connection, which is then dropped and made again."""
