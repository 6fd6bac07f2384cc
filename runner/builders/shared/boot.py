"""What is typed on a machine while it boots."""

from __future__ import annotations

from typing import Annotated

from runner.builders.shared.group import SignedDuration, group
from runner.sdk import Duration, Format

Keys = Annotated[str, Format("boot-command")]
"""What is typed on a keyboard."""


@group()
class BootCommand:
    """The keys that start an installation."""

    boot_command: list[Keys] | None = None
    """Keys to type, with names such as `<enter>`, `<f10>`, `<leftAltOn>` and pauses such as `<wait5>`; line breaks are
    not typed. `{{ .HTTPIP }}` and `{{ .HTTPPort }}` tell where `http_directory` or `http_content` is served,
    `{{ .Name }}` is the machine's name."""
    boot_wait: SignedDuration = "10s"
    """How long the machine may boot before the first key is typed; a negative time is none."""
    boot_keygroup_interval: Duration | None = None
    """Pause after each entry of `boot_command`."""


@group()
class VncBoot(BootCommand):
    """The keys that start an installation, typed through VNC."""

    boot_key_interval: Duration | None = None
    """Pause after each key; 100 milliseconds when left out."""
    disable_vnc: bool = False
    """Open no VNC port, so that nothing can be typed."""
