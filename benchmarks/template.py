"""Measure `ingot import` of a template as large as they get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from measure import Job, run_in_turns
from report import milliseconds, verdict
from settings import INGOT, Settings

LINES = 1000
SECONDS = 1.0
"""Target: longest time that importing a template of so many lines may take."""

_PART = """\
variable "size_{n}" {{
  type        = number
  description = "Size of machine {n}"
  default     = {n}
}}

locals {{
  name_{n} = "${{var.size_{n}}}-${{upper("machine")}}"
}}

source "docker" "machine_{n}" {{
  image       = "debian:${{local.name_{n}}}"
  commit      = true
  run_command = ["-d", "-i", "{{{{ .Image }}}}"]
  changes = [
    "ENV SIZE=${{var.size_{n} > 2 ? "large" : "small"}}",
  ]
}}

build {{
  name    = "machine-{n}"
  sources = ["source.docker.machine_{n}"]

  # what every machine has
  provisioner "shell" {{
    environment_vars = [for each in ["a", "b"] : "${{each}}=${{var.size_{n}}}"]
    inline = [
      "apt-get update",
      "echo ${{local.name_{n}}} > /etc/name",
    ]
  }}

  post-processor "manifest" {{
    output = "machine-{n}.json"
  }}
}}

"""


def template(settings: Settings) -> Iterator[str]:
    """Yield the report's part about importing a template of Packer."""
    file = _generated(settings.directory)
    what = f"`ingot import`, {LINES:,} lines of HCL"
    job = Job([INGOT, "import", file.name, "--output", "imported.yml", "--force"])
    timings = run_in_turns({what: job}, settings.directory, settings.runs)
    took = timings[what].median
    yield "## Importing a template of Packer"
    yield ""
    yield from milliseconds(timings)
    yield verdict(took < SECONDS, f"less than {SECONDS} s: {took:.3f} s")
    yield ""


def _generated(directory: Path) -> Path:
    file = directory / "large.pkr.hcl"
    parts = -(-LINES // _PART.count("\n"))
    file.write_text("".join(_PART.format(n=n) for n in range(parts)), encoding="utf-8")
    return file
