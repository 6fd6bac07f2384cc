# Sources that a list makes: in a playbook each is one of its own.

variable "memory" {
  type    = number
  default = 2048
}

locals {
  releases = [
    {
      name = "bookworm"
      url  = "https://images.example/12.iso"
    },
    {
      name = "trixie"
      url  = "https://images.example/13.iso"
    }
  ]
}

source "qemu" "debian" {}

build {
  name = "all"

  source "qemu.debian" {
    name         = "debian-bookworm"
    iso_checksum = "none"
    iso_url      = local.releases[0].url
    memory       = var.memory
    ssh_username = "root"
    cd_content = {
      meta-data = "name: ${local.releases[0].name}-${0}"
      user-data = jsonencode({
        var = var
        release = {
          key   = 0
          value = local.releases[0]
        }
      })
    }
  }

  source "qemu.debian" {
    name         = "debian-trixie"
    iso_checksum = "none"
    iso_url      = local.releases[1].url
    memory       = var.memory
    ssh_username = "root"
    cd_content = {
      meta-data = "name: ${local.releases[1].name}-${1}"
      user-data = jsonencode({
        var = var
        release = {
          key   = 1
          value = local.releases[1]
        }
      })
    }
  }

  provisioner "shell" {
    inline = [
      "true"
    ]
  }
}
