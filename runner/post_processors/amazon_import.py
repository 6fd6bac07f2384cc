"""Make an AMI of a disk file."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.image import AmiName, Image
from runner.sdk import Artifact, Failed, PostProcessor, Session, options

if TYPE_CHECKING:
    from runner.builders.amazon.parts.imaging import Images
    from runner.builders.amazon.parts.site import Site
    from runner.post_processors.shared.sending import Progress


@options()
class Options(AwsAccess):
    """How the disk travels and what the AMI is called."""

    s3_bucket_name: str
    """Bucket through which the disk travels."""
    s3_key_name: str | None = None
    """Name of the disk in the bucket; made up when left out."""
    s3_encryption: Literal["AES256", "aws:kms"] | None = None
    """Encryption of the disk in the bucket."""
    s3_encryption_key: str | None = None
    """Key to encrypt the disk in the bucket with."""
    skip_clean: bool = False
    """Leave the disk in the bucket."""
    format: Literal["ova", "raw", "vhd", "vhdx", "vmdk"] = "ova"
    """Format of the disk."""
    ami_name: AmiName | None = None
    """Name of the AMI; that of the import when left out."""
    ami_description: str | None = None
    """Description of the AMI."""
    ami_users: list[str] | None = None
    """Accounts that may start instances of the AMI."""
    ami_groups: list[str] | None = None
    """`all` lets everybody start instances of the AMI."""
    ami_org_arns: list[str] | None = None
    """Organizations whose accounts may start instances of the AMI."""
    ami_ou_arns: list[str] | None = None
    """Organizational units whose accounts may start instances of the AMI."""
    ami_encrypt: bool = False
    """Encrypt the AMI."""
    ami_kms_key: str | None = None
    """Key to encrypt the AMI with."""
    tags: dict[str, str] | None = None
    """Tags of the AMI and its snapshots: name -> value."""
    imds_support: Literal["v2.0"] | None = None
    """Let instances of the AMI answer version 2 of the metadata service only."""
    license_type: Literal["AWS", "BYOL"] | None = None
    """Where the licence of the operating system comes from."""
    role_name: str | None = None
    """Role that the import service acts in; `vmimport` when left out."""
    architecture: Literal["arm64", "i386", "x86_64"] | None = None
    """Processor architecture of the AMI."""
    boot_mode: Literal["legacy-bios", "uefi", "uefi-preferred"] | None = None
    """Firmware that instances boot with."""
    platform: Literal["linux", "windows"] | None = None
    """Operating system on the disk."""


class AmazonImport(PostProcessor[Options]):
    """Make an AMI of a disk file, which travels through an S3 bucket.

    It is verified against a simulator of EC2 and S3, not yet against AWS.
    """

    name = "amazon-import"
    keeps_input = False

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        from runner.builders.amazon.parts.gaps import gap_of

        if options.get("ami_kms_key") and not options.get("ami_encrypt"):
            return "ami_kms_key without ami_encrypt"
        if options.get("s3_encryption_key") and options.get("s3_encryption") != "aws:kms":
            return "s3_encryption_key without s3_encryption: aws:kms"
        return gap_of(options)

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Send the disk to the bucket, let EC2 import it, and name the AMI."""
        from runner.builders.amazon.parts.capture import artifact_of
        from runner.builders.amazon.parts.naming import free_name
        from runner.builders.amazon.parts.site import site_of, temporary

        wanted, disk = self.options, _disk(session, artifact, self.options.format)
        site = await site_of(wanted, session)
        if wanted.ami_name is not None and not session.force:
            await free_name(site, wanted.ami_name)
        place = wanted.s3_bucket_name, wanted.s3_key_name or f"{site.name}.{wanted.format}"
        async with AsyncExitStack() as travelling, AsyncExitStack() as stack:
            await travelling.enter_async_context(temporary(
                site, "object", "/".join(place), lambda: self._sent(site, disk, place), kept=lambda _: wanted.skip_clean
            ))
            images = await self._imported(site, place, travelling, stack)
        return artifact_of(self.name, site, images)

    async def _sent(self, site: Site, disk: Path, place: tuple[str, str]) -> str:
        """Send the disk to its place in the bucket."""
        from runner.post_processors.shared.s3 import send
        from runner.post_processors.shared.threads import stoppable

        progress, client = _announced(site.session, disk, "/".join(place)), site.account("s3").client
        more = {"ServerSideEncryption": self.options.s3_encryption, "SSEKMSKeyId": self.options.s3_encryption_key}
        given = {key: value for key, value in more.items() if value is not None}
        await stoppable(lambda check: send(client, disk, place, given, progress.with_check(check)))
        return "/".join(place)

    async def _imported(
        self, site: Site, place: tuple[str, str], travelling: AsyncExitStack, stack: AsyncExitStack
    ) -> Images:
        """Return the finished AMI; the disk leaves the bucket as soon as it has been read."""
        from runner.builders.amazon.parts.imaging import Copies, Making
        from runner.builders.amazon.parts.importing import imported
        from runner.builders.amazon.parts.naming import make_room
        from runner.builders.amazon.parts.sharing import share, tag

        wanted, making = self.options, Making(site, {}, stack)
        task, first = await imported(making, site, _asked(wanted, place))
        await travelling.aclose()
        image = _image(wanted, first)
        if wanted.ami_name is None:
            images: Images = {site.region: first}
        else:  # an import chooses the name; a copy may have another one
            await make_room(site, image, wanted.ami_name, [site.region])
            key = (wanted.ami_kms_key or "") if wanted.ami_encrypt else None
            images = await making.copies(first, wanted.ami_name, Copies({site.region: key}, drops_first=True), image)
        await share(image, site.ec2, images[site.region], {})
        await tag(site, image, site.ec2, images[site.region], {})
        await making.finish(images, *([task] if wanted.ami_name is None else []))
        return images


def _disk(session: Session, artifact: Artifact, form: str) -> Path:
    """Return the disk of a format among what was built. Raises ``Failed``."""
    endings = (".raw", ".img", "") if form == "raw" else (f".{form}",)
    found = [each for each in artifact.files if each.suffix.lower() in endings and each.is_file()]
    if len(found) != 1:
        there = ", ".join(session.shown(each) for each in artifact.files) or "no files"
        many = f"{len(found)} disks of the format {form} were" if found else f"no disk of the format {form} was"
        raise Failed(f"{many} built: there is {there}", "format says which one to import; builders can write raw disks")
    return found[0]


def _announced(session: Session, disk: Path, name: str) -> Progress:
    """Say what is sent where; return who tells how far it is."""
    from runner.post_processors.shared.sending import Progress, in_words

    size = disk.stat().st_size
    session.say(f"Sending {session.shown(disk)} ({in_words(size)}) to s3://{name}")
    return Progress(session.say, disk.name, size)


def _asked(wanted: Options, place: tuple[str, str]) -> dict[str, Any]:
    """Return what EC2 is told of the import."""
    bucket, key = place
    return {
        "DiskContainers": [{"Format": wanted.format, "UserBucket": {"S3Bucket": bucket, "S3Key": key}}],
        "Architecture": wanted.architecture, "BootMode": wanted.boot_mode, "LicenseType": wanted.license_type,
        "Platform": wanted.platform and wanted.platform.capitalize(), "RoleName": wanted.role_name,
        "Description": wanted.ami_description, "Encrypted": wanted.ami_encrypt or None, "KmsKeyId": wanted.ami_kms_key,
    }


def _image(wanted: Options, name: str) -> Image:
    """Return what is said of the AMI as builders of AMIs are told."""
    return Image(
        ami_name=wanted.ami_name or name, ami_description=wanted.ami_description, ami_users=wanted.ami_users,
        ami_groups=wanted.ami_groups, ami_org_arns=wanted.ami_org_arns, ami_ou_arns=wanted.ami_ou_arns,
        tags=wanted.tags, imds_support=wanted.imds_support,
    )
