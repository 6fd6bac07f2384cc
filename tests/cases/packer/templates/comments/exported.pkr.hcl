variable "word" {
  type    = string
  default = "w"
}

locals {
  one = 1
  two = ["a", "b"]
  three = {
    key = "value"
  }
}

source "docker" "a" {
  image  = "debian:12"
  commit = true
}

build {
  sources = ["source.docker.a"]

  provisioner "shell" {
    inline = [
      "echo a",
      "echo b"
    ]
  }

  post-processors {

    post-processor "docker-tag" {
      repository = "example/a"
    }

    post-processor "docker-push" {}
  }
}
