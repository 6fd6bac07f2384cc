"""Disks built in real machines, which boot again."""

from __future__ import annotations

from pathlib import Path

import pytest
from qemu_support import Qemu, about, disk, qemu, same  # noqa: F401 - fixtures

GREET = {"shell": "echo hello >/etc/greeting"}
GREETS = {"shell": "grep hello /etc/greeting"}


def test_a_disk_from_a_disk_boots_again(qemu: Qemu) -> None:  # noqa: F811
    before = qemu.disk.read_bytes()
    answer = qemu(qemu.source, GREET, verify=[GREETS])
    said = answer.stdout + answer.stderr
    assert answer.status == 0, said
    made = about(qemu.directory / "out" / "box")
    assert made["format"] == "qcow2"
    assert "backing-filename" not in made
    assert sorted(each.name for each in (qemu.directory / "out").iterdir()) == ["box"]
    assert qemu.disk.read_bytes() == before
    for told in ("its screen is at vnc://127.0.0.1:", "Waiting for SSH on 127.0.0.1:", "Shutting the machine down"):
        assert told in said


@pytest.mark.slow
@pytest.mark.parametrize("machine", ["q35", "pc"])
def test_a_machine_with_uefi_and_a_tpm(qemu: Qemu, machine: str) -> None:  # noqa: F811
    source = {**qemu.source, "efi_boot": True, "machine_type": machine, "vtpm": True, "disk_interface": "nvme"}
    seen = {"shell": "test -d /sys/firmware/efi && test -b /dev/nvme0n1 && test -e /sys/class/tpm/tpm0"}
    out = qemu.made(source, seen, GREET, verify=[GREETS])
    assert sorted(each.name for each in out.iterdir()) == ["box", "efivars.fd"]


def test_formats_and_further_disks(qemu: Qemu) -> None:  # noqa: F811
    source = {
        **qemu.fast, "formats": ["qcow2", "raw", "vmdk", "vhdx", "vdi"], "disk_additional_size": ["64M"],
        "disk_interface": "virtio-scsi", "skip_resize_disk": False, "disk_size": "256M",
    }  # fmt: skip
    # Which of them the kernel finds first is not said.
    seen = {"shell": """
        root=$(sed -n 's#^/dev/\\(sd.\\).* / .*#\\1#p' /proc/mounts)
        test "$(cat /sys/block/$root/size)" = 524288 || exit 1
        for each in sda sdb; do [ $each = $root ] || echo more >/dev/$each; done
    """}
    out = qemu.made(source, seen, GREET)
    forms = {"qcow2": "qcow2", "raw": "raw", "vmdk": "vmdk", "vhdx": "vhdx", "vdi": "vdi"}
    assert {each.name for each in out.iterdir()} == {f"box{number}.{form}" for form in forms for number in ("", "-1")}
    for form in forms:
        made = about(out / f"box.{form}")
        assert (made["format"], made["virtual-size"]) == (form, 256 << 20)
        assert same(out / "box.qcow2", out / f"box.{form}", form)
    assert (out / "box-1.raw").read_bytes()[:5] == b"more\n"
    assert (out / "box.raw").stat().st_blocks * 512 < 128 << 20


def test_a_power_button_and_a_compressed_disk(qemu: Qemu) -> None:  # noqa: F811
    source = {**qemu.fast, "disk_compression": True, "disable_vnc": True}
    del source["shutdown_command"]
    answer = qemu(source, GREET)
    assert answer.status == 0, answer.stdout + answer.stderr
    assert "Pressing the machine's power button" in answer.stdout + answer.stderr
    made = (qemu.directory / "out" / "box").stat().st_size
    assert made < qemu.disk.stat().st_size


def test_only_what_has_changed(qemu: Qemu) -> None:  # noqa: F811
    out = qemu.made({**qemu.fast, "use_backing_file": True}, GREET)
    made = about(out / "box")
    assert made["full-backing-filename"] == str(qemu.disk)
    assert made["actual-size"] < 4 << 20


def test_one_build_on_another(qemu: Qemu) -> None:  # noqa: F811
    import yaml

    above = {**qemu.fast, "iso_url": "unused", "output_directory": "above"}
    below = yaml.safe_load(qemu.playbook(qemu.fast, GREET))
    below["sources"]["above"] = above
    below["plays"].append({
        "name": "next", "sources": [{"above": {"from": "web.box"}}], "gather_facts": False, "tasks": [GREETS],
    })
    qemu.ingot.write({"playbook.yml": yaml.safe_dump(below)})
    answer = qemu.ingot("build", "playbook.yml", INGOT_CACHE_DIR=str(qemu.cache))
    assert answer.status == 0, answer.stdout + answer.stderr
    assert about(qemu.directory / "above" / "box")["format"] == "qcow2"


def test_what_is_there_is_replaced_by_force_only(qemu: Qemu) -> None:  # noqa: F811
    old = qemu.directory / "out" / "old"
    old.parent.mkdir()
    old.write_text("old")
    answer = qemu(qemu.fast)
    assert answer.status == 1
    assert "out is there already" in answer.stdout + answer.stderr
    answer = qemu(qemu.fast, {"shell": "exit 3"}, words=("--force",))
    assert answer.status == 1
    assert old.exists()
    out = qemu.made(qemu.fast, words=("--force",))
    assert [each.name for each in out.iterdir()] == ["box"]


def test_a_failing_task_leaves_nothing(qemu: Qemu) -> None:  # noqa: F811
    answer = qemu(qemu.fast, {"shell": "echo told why >&2; exit 3"})
    assert answer.status == 1
    assert "told why" in answer.stdout + answer.stderr
    assert not (qemu.directory / "out").exists()
    assert list(qemu.directory.glob(".ingot/runs/*/*.png")) == []


def test_two_builds_at_once(qemu: Qemu, tmp_path: Path) -> None:  # noqa: F811
    import yaml

    playbook = yaml.safe_load(qemu.playbook(qemu.fast, GREET))
    playbook["sources"]["other"] = {**qemu.fast, "output_directory": "other"}
    playbook["plays"][0]["sources"].append("other")
    qemu.ingot.write({"playbook.yml": yaml.safe_dump(playbook)})
    answer = qemu.ingot("build", "playbook.yml", INGOT_CACHE_DIR=str(qemu.cache))
    assert answer.status == 0, answer.stdout + answer.stderr
    assert (qemu.directory / "other" / "box").exists()
