from __future__ import annotations

import pytest


@pytest.fixture
def docker_source(engine: str, busybox: str) -> str:
    del engine
    return f"{{builder: docker, image: '{busybox}', pull: false, commit: true}}"


@pytest.fixture
def rootfs_source(busybox_tar: str) -> str:
    return f"{{builder: rootfs, from: '{busybox_tar}', format: [oci], output: image}}"
