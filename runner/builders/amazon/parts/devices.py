"""Volumes as EC2 is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runner.builders.amazon.shared.devices import BlockDevice
from runner.sdk import Failed


def mappings(devices: Sequence[BlockDevice] | None) -> list[dict[str, Any]] | None:
    """Return what EC2 is told of volumes; nothing when nothing is said of any. Raises ``Failed``."""
    return [_mapping(each) for each in devices] if devices else None


def _mapping(device: BlockDevice) -> dict[str, Any]:
    if device.device_name is None:
        raise Failed("a volume has no device_name", "such as /dev/sda1")
    if device.no_device:
        return {"DeviceName": device.device_name, "NoDevice": ""}
    if device.virtual_name is not None:
        return {"DeviceName": device.device_name, "VirtualName": device.virtual_name}
    told = {
        "DeleteOnTermination": device.delete_on_termination, "VolumeType": device.volume_type,
        "VolumeSize": device.volume_size, "Iops": device.iops, "Throughput": device.throughput,
        "SnapshotId": device.snapshot_id, "Encrypted": device.encrypted, "KmsKeyId": device.kms_key_id,
    }
    if device.kms_key_id is not None and device.encrypted is None:
        told["Encrypted"] = True
    return {"DeviceName": device.device_name, "Ebs": {name: value for name, value in told.items() if value is not None}}
