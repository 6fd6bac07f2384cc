from __future__ import annotations

from pathlib import Path

import engines
import pytest


@pytest.fixture
def docker_source(engine: str, busybox: str) -> str:
    del engine
    return f"{{builder: docker, image: '{busybox}', pull: false, commit: true}}"


@pytest.fixture(scope="session")
def busybox_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tar of a small machine."""
    path = tmp_path_factory.mktemp("busybox") / "busybox.tar"
    try:
        path.write_bytes(engines.busybox_tar())
    except engines.Missing as missing:
        pytest.skip(str(missing))
    return path


@pytest.fixture
def rootfs_source(busybox_file: Path) -> str:
    return f"{{builder: rootfs, from: '{busybox_file}', format: [oci], output: image}}"
