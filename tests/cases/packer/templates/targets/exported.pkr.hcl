variable "only_docker" {
  type    = bool
  default = false
}

variable "chosen" {
  type    = list(string)
  default = ["docker.a"]
}

source "docker" "a" {
  image   = "debian:11"
  discard = true
}

source "docker" "b" {
  image   = "debian:12"
  discard = true
}

source "null" "a" {
  communicator = "none"
}

build {
  name = "all-of-them"
  sources = [
    "source.docker.a",
    "source.docker.b",
    "source.null.a"
  ]

  provisioner "shell" {
    only = ["docker.a"]
    inline = [
      "echo a"
    ]
  }

  provisioner "shell" {
    except = [
      "docker.a",
      "null.a"
    ]
    inline = [
      "echo b"
    ]
  }

  provisioner "shell" {
    only = var.only_docker ? [
      "docker.a"
      ] : [
      "docker.b"
    ]
    inline = [
      "echo computed"
    ]
  }

  provisioner "shell" {
    only = var.chosen
    inline = [
      "echo chosen"
    ]
  }

  provisioner "shell" {
    pause_before = "10s"
    max_retries  = 3
    timeout      = "5m"
    inline = [
      "echo slowly"
    ]
  }

  provisioner "shell" {
    override = {
      b = {
        inline = [
          "echo other"
        ]
      }
    }
    inline = [
      "echo same"
    ]
  }

  post-processor "docker-tag" {
    only       = ["docker.a"]
    repository = "example/a"
    tags       = ["1"]
  }
}
