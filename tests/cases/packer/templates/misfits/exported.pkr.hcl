variable "os_type" {
  type    = string
  default = "Linux"
}

# It is needed, and the template lacks it.
variable "capture_name_prefix" {}

# It is needed, and the template lacks it.
variable "lab_name" {}

# It is needed, and the template lacks it.
variable "lab_resource_group_name" {}

# It is needed, and the template lacks it.
variable "vm_name" {}

source "qemu" "debian" {
  iso_url      = "https://images.example/debian.iso"
  iso_checksum = "none"
  ssh_username = "root"
  boot_wait    = "5s"
  # format = "ova"  ('ova' is not one of qcow2, raw)
}

source "azure-arm" "here" {
  location            = "westeurope"
  custom_data         = "a"
  image_url           = "https://images.example/disk.vhd"
  os_type             = var.os_type
  capture_name_prefix = var.capture_name_prefix
  # custom_data_file = "seed.txt"  ('custom_data' and 'custom_data_file' exclude each other)
}

build {
  sources = [
    "source.qemu.debian",
    "source.azure-arm.here"
  ]

  provisioner "azure-dtlartifact" {
    dtl_artifacts {
      artifact_name = "linux-install-mongodb"
    }
    lab_name                = var.lab_name
    lab_resource_group_name = var.lab_resource_group_name
    vm_name                 = var.vm_name
  }

  post-processor "compress" {
    output = "debian.tar.gz"
    # compression_level = 12  (12 is out of range: at most 9)
  }
}
