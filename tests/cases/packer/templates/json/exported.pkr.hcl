# An older template.

packer {
  required_version = ">= 1.5.0"
}

variable "name" {
  type    = string
  default = "box"
}

variable "key" {
  type      = string
  default   = env("AWS_KEY")
  sensitive = true
}

variable "path" {
  type    = string
  default = "out"
}

variable "needed" {
  type = string
}

locals {
  timestamp = rfc3339_parse(timestamp()).unix
}

source "docker" "docker" {
  image       = "debian:${var.name}"
  commit      = true
  run_command = ["-d", "-i", "-t", "{{.Image}}", "/bin/sh"]
}

source "qemu" "box-vm" {
  iso_url        = "http://example.com/a.iso"
  iso_checksum   = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
  vm_name        = "${source.name}-${local.timestamp}"
  http_directory = "${path.root}/http"
  ssh_username   = "root"
  boot_command = [
    "<esc><wait>",
    "auto url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg<enter>"
  ]
  qemuargs = [
    [
      "-m",
      var.needed
    ]
  ]
}

source "null" "plain" {
  communicator = "none"
}

build {
  description = "builds a box"
  sources = [
    "source.docker.docker",
    "source.qemu.box-vm",
    "source.null.plain"
  ]

  provisioner "shell" {
    only = ["docker.docker"]
    inline = [
      "echo ${var.name} ${legacy_isotime("2006-01-02")}",
      "echo '${upper("a")}'"
    ]
    execute_command = "{{.Vars}} sudo -E bash '{{.Path}}'"
  }

  provisioner "shell" {
    override = {
      plain = {
        scripts = ["c.sh"]
      }
    }
    pause_before = "10s"
    scripts      = ["a.sh", "b.sh"]
    environment_vars = [
      "A=${var.path}"
    ]
  }

  provisioner "file" {
    source      = "${var.path}/a"
    destination = "/tmp/a"
  }

  post-processor "manifest" {}

  post-processor "checksum" {
    except         = ["null.plain"]
    checksum_types = ["md5"]
  }

  post-processors {

    post-processor "docker-tag" {
      only       = ["docker.docker"]
      repository = "me/${var.name}"
    }

    post-processor "docker-push" {
      only = ["docker.docker"]
    }
  }
}
