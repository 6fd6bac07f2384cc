source "docker" {
  image = "debian:12"
}

build {
  sources = ["source.docker.debian"]

  provisioner {
    inline = ["true"]
  }
}
