variable "os_type" {
  default = "Linux"
}

source "qemu" "debian" {
  iso_url      = "https://images.example/debian.iso"
  iso_checksum = "none"
  ssh_username = "root"
  format       = "ova"
  boot_wait    = "5s"
}

source "azure-arm" "here" {
  location       = "westeurope"
  custom_data    = "a"
  image_url      = "https://images.example/disk.vhd"
  # One of them too many.
  custom_data_file = "seed.txt"
}

build {
  sources = ["source.qemu.debian-12", "azure-arm.here"]

  provisioner "azure-dtlartifact" {
    dtl_artifacts {
      artifact_name = "linux-install-mongodb"
    }
  }

  post-processor "compress" {
    output            = "debian.tar.gz"
    compression_level = 12
  }
}
