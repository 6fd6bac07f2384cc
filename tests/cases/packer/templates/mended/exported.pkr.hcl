# Nothing declares some of the names that this template uses.

variable "region" {
  type    = string
  default = "eu-central-1"
}

# The template uses it and does not declare it.
variable "machines" {}

# The template uses it and does not declare it.
variable "base" {}

# The template uses it and does not declare it.
variable "user" {}

locals {
  zone  = try(var.nowhere, "a")
  names = [for each in var.machines : upper(each)]
  image = "${var.base}-${var.region}"
}

source "qemu" "debian" {
  disk_image   = true
  iso_checksum = "md5:0123456789abcdef0123456789abcdef"
  iso_url      = "https://images.example/debian.qcow2"
  ssh_username = var.user
  ssh_timeout  = "20m"
  vm_name      = local.image
}

build {
  sources = ["source.qemu.debian"]

  provisioner "shell" {
    environment_vars = [
      "USER=${var.user}",
      "NAMES=${join(" ", local.names)}",
      "BASE=${var.base}"
    ]
    inline = ["true"]
  }
}
