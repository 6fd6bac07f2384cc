source "docker" "a" {
  image   = "debian:12"
  discard = true
}

build {
  sources = ["source.docker.a"]

  provisioner "shell" {
    inline = [
      "false"
    ]
  }

  error-cleanup-provisioner "shell" {
    inline = [
      "dmesg",
      "df -h"
    ]
  }
}
