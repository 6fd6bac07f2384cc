"""An installation from its beginning: an image from the web, answers on a CD, files from here, a restart, and SSH."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import engines
import pytest
from qemu_installer import Installer, installer
from qemu_support import Qemu, about, disk, qemu  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def disc(shared: Path) -> Installer:
    try:
        return installer(shared)
    except engines.Missing as missing:
        pytest.skip(str(missing))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(disc: Installer, tmp_path: Path) -> Iterator[str]:
    """The address of a server that has the image, and a list of checksums."""
    place = tmp_path / "mirror"
    place.mkdir()
    shutil.copy(disc.disc, place / "installer.iso")
    digest = hashlib.sha256(disc.disc.read_bytes()).hexdigest()
    (place / "SHA256SUMS").write_text(f"{'0' * 64}  other.iso\n{digest}  installer.iso\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(place)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_cannot_be_typed_is_told_before_anything_starts(qemu: Qemu, tmp_path: Path) -> None:  # noqa: F811
    page = tmp_path / "moved.iso"
    page.write_text("<html>")
    source = {**qemu.source, "disk_image": False, "skip_resize_disk": False, "boot_command": ["{{ .HTTPIP }}"]}
    qemu.refused({**source, "iso_url": str(page)}, "moved.iso is no ISO 9660 image")
    page.write_bytes(b"\0" * 32769 + b"CD001" + b"\0" * 100)
    qemu.refused({**source, "iso_url": str(page)}, "set http_directory or http_content")
    qemu.refused({**source, "iso_url": str(page), "boot_steps": [["a", "b", "c"]], "boot_command": []},
                 "each is a list of keys and a description")


@pytest.mark.slow
def test_a_machine_is_partitioned_and_installed(qemu: Qemu, disc: Installer, mirror: str) -> None:  # noqa: F811
    served = qemu.directory / "http"
    served.mkdir()
    shutil.copy(disc.root, served)
    source = {
        **qemu.source, "iso_url": f"{mirror}/installer.iso", "iso_checksum": f"file:{mirror}/SHA256SUMS",
        "disk_image": False, "disk_size": "256M", "skip_resize_disk": False, "ssh_private_key_file": str(disc.key),
        "http_directory": "http", "http_port_min": 8200, "http_port_max": 8299, "boot_wait": "6s",
        "cd_content": {"answers": "disk=/dev/vda hostname=from-a-cd root=root.tgz\n"}, "cd_label": "answers",
        "boot_steps": [
            ["<wait500ms>install <bs>", "Choose the installation"],
            [" url=http://{{ .HTTPIP }}:{{ .HTTPPort }}<enter>", "Say where the files are"],
        ],
    }  # fmt: skip
    task = {"shell": "test $(cat /etc/hostname) = from-a-cd && grep -q '^/dev/vda1 / ext4 ' /proc/mounts"}
    answer = qemu(source, task)
    said = answer.stdout + answer.stderr
    assert answer.status == 0, said
    for each in (
        f"Downloading {mirror}/installer.iso", "Typing: Choose the installation", "Typing: Say where the files are",
        "The machine asked for /root.tgz: 200 OK",
    ):
        assert each in said
    assert about(qemu.directory / "out" / "box")["virtual-size"] == 256 << 20
