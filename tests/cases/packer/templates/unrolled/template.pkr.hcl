# Sources that a list makes: in a playbook each is one of its own.

variable "memory" {
  type    = number
  default = 2048
}

locals {
  releases = [
    { name = "bookworm", url = "https://images.example/12.iso" },
    { name = "trixie", url = "https://images.example/13.iso" },
  ]
}

source "qemu" "debian" {}

build {
  name = "all"

  dynamic "source" {
    for_each = local.releases
    labels   = ["qemu.debian"]
    iterator = release

    content {
      name         = "debian-${release.value.name}"
      iso_checksum = "none"
      iso_url      = release.value.url
      memory       = var.memory
      ssh_username = "root"

      cd_content = {
        "meta-data" = "name: ${release.value.name}-${release.key}"
        "user-data" = jsonencode({ var = var, release = release })
      }
    }
  }

  provisioner "shell" {
    inline = ["true"]
  }
}
