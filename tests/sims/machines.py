"""Instances of the simulated EC2: containers in which this computer's sshd runs, each on its own loopback address."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import threading
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from docker.api.client import APIClient
from docker.errors import APIError

LABEL = "ingot-tests.ec2"
_SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
_HERE = [each for each in ("/usr", "/lib", "/lib64") if Path(each).is_dir()]
"""What a program of this computer needs, also in a container; none of it becomes part of an image."""
_BOOT = f"""
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /run/sshd /etc/ssh /var/lib/cloud
for user in sshd:74 admin:1001; do
  name=${{user%:*}} id=${{user#*:}}
  grep -q "^$name:" /etc/passwd || echo "$name:*:$id:$id::/home/$name:/bin/sh" >>/etc/passwd
done
ssh-keygen -q -A
for home in /root:0 /home/admin:1001; do
  directory=${{home%:*}} id=${{home#*:}}
  mkdir -p $directory/.ssh
  [ -z "$KEY" ] || echo "$KEY" >>$directory/.ssh/authorized_keys
  chmod 700 $directory/.ssh; chown -R $id:$id $directory
done
if [ -n "$USER_DATA" ] && [ ! -e /var/lib/cloud/done ]; then
  echo "$USER_DATA" | base64 -d >/var/lib/cloud/user-data; sh /var/lib/cloud/user-data
fi
sleep "$LATE"
exec {_SSHD} -D -e -f /dev/null -o PermitRootLogin=yes -o StrictModes=no -o UsePAM=no \
  -o PubkeyAcceptedAlgorithms=+ssh-rsa
"""
_LIMIT = 60.0
"""How long a container may take until its sshd answers, in seconds."""


class Machines:
    """The containers, by the identifiers of their instances."""

    def __init__(self, docker: APIClient, base: str) -> None:
        self._docker = docker
        self._base = base
        self._mark = f"{os.getpid()}-{os.urandom(3).hex()}"
        self._images: dict[str, str] = {}
        self._ready: dict[str, threading.Event] = {}
        self._numbers = count(2)
        self._addresses: dict[str, str] = {}
        self.late = 0.0
        """How many seconds after its start a machine begins to answer."""

    def boot(self, instance: str, image: str, key: str, user_data: str) -> None:
        """Start a machine; ``ready`` says when it runs."""
        number = next(self._numbers)
        self._addresses[instance] = f"127.{64 + os.getpid() % 128}.{number // 250}.{number % 250 + 1}"
        self._ready[instance] = threading.Event()
        started = threading.Thread(target=self._started, args=(instance, image, key, user_data), daemon=True)
        started.start()

    def _started(self, instance: str, image: str, key: str, user_data: str) -> None:
        address = self._addresses[instance]
        host = self._docker.create_host_config(
            port_bindings={22: (address, 22)}, binds=[f"{each}:{each}:ro" for each in _HERE]
        )
        environment = {"KEY": key, "USER_DATA": base64.b64encode(user_data.encode()).decode(), "LATE": str(self.late)}
        container = self._docker.create_container(
            self._images.get(image, self._base), ["/bin/sh", "-c", _BOOT], name=self._name(instance), ports=[22],
            environment=environment, labels={LABEL: self._mark}, host_config=host,
        )
        try:
            self._docker.start(container)
            if not self.late:
                _answers(address)
        except APIError:  # it has been terminated meanwhile
            return
        finally:
            self._ready[instance].set()

    def ready(self, instance: str) -> bool:
        """Return whether a machine runs."""
        return self._ready[instance].is_set()

    def address(self, instance: str) -> str | None:
        """Return the address of a machine."""
        return self._addresses.get(instance)

    def keep(self, instance: str, image: str) -> None:
        """Make an image of a machine."""
        repository, _, tag = self._kept(image).partition(":")
        self._docker.commit(self._name(instance), repository, tag)
        self._images[image] = self._kept(image)

    def copy(self, image: str, to: str) -> None:
        """Give an image another name."""
        if image in self._images:
            repository, _, tag = self._kept(to).partition(":")
            self._docker.tag(self._images[image], repository, tag)
            self._images[to] = self._kept(to)

    def stop(self, instance: str) -> None:
        """Halt a machine."""
        with suppress(APIError):
            self._docker.kill(self._name(instance))

    def terminate(self, instance: str) -> None:
        """Remove a machine."""
        if instance in self._ready:
            self._ready[instance].wait(_LIMIT)
        with suppress(APIError):
            self._docker.remove_container(self._name(instance), force=True, v=True)

    def forget(self, image: str) -> None:
        """Remove an image."""
        if kept := self._images.pop(image, None):
            with suppress(APIError):
                self._docker.remove_image(kept, force=True)

    def close(self) -> None:
        """Remove everything."""
        for each in self._docker.containers(all=True, filters={"label": f"{LABEL}={self._mark}"}):
            with suppress(APIError):
                self._docker.remove_container(each["Id"], force=True, v=True)
        for image in list(self._images):
            self.forget(image)

    def _name(self, instance: str) -> str:
        return f"ingot-tests-{self._mark}-{instance}"

    def _kept(self, image: str) -> str:
        return f"ingot-tests/{self._mark}:{image}"


def _answers(address: str) -> Any:
    end = time.monotonic() + _LIMIT
    while time.monotonic() < end:
        try:
            with socket.create_connection((address, 22), 1) as line:
                line.settimeout(5)
                if line.recv(4) == b"SSH-":
                    return
        except OSError:
            pass
        time.sleep(0.02)
