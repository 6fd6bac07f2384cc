variable "scripts" {
  type    = list(string)
  default = ["a.sh", "b.sh"]
}

variable "harden" {
  type    = bool
  default = false
}

variable "registry" {
  default = ""
}

source "docker" "a" {
  image  = "debian:12"
  commit = true
}

build {
  sources = ["source.docker.a"]

  dynamic "provisioner" {
    for_each = var.scripts
    labels   = ["shell"]
    content {
      script = provisioner.value
    }
  }

  dynamic "provisioner" {
    for_each = var.harden ? [1] : []
    labels   = ["shell"]
    content {
      inline = ["echo harden"]
    }
  }

  dynamic "post-processor" {
    for_each = var.registry != "" ? [var.registry] : []
    iterator = where
    labels   = ["docker-tag"]
    content {
      repository = where.value
    }
  }
}
