resource "null_resource" "a" {}

source "null" "a" {
  communicator = "none"
}

build {
  sources = ["source.null.a"]

  provisoner "shell" {
    inline = ["true"]
  }
}
