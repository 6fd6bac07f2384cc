# Nothing declares some of the names that this template uses.

variable "region" {
  type    = string
  default = "eu-central-1"
}

locals {
  zone  = try(var.nowhere, "a")
  names = [for each in var.machines : upper(each)]
  image = "${local.base}-${var.region}"
}

source "qemu" "debian" {
  disk_image        = true
  iso_checksum      = "0123456789abcdef0123456789abcdef"
  iso_checksum_type = "md5"
  iso_url           = "https://images.example/debian.qcow2"
  ssh_username      = var.user
  ssh_wait_timeout  = "20m"
  vm_name           = local.image
}

build {
  sources = ["source.qemu.debian"]

  provisioner "shell" {
    environment_vars = ["USER=${var.user}", "NAMES=${join(" ", local.names)}", "BASE=${local.base}"]
    inline           = ["true"]
  }
}
