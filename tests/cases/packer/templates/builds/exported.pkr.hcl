variable "version" {
  type    = string
  default = "1.0"
}

source "docker" "base" {
  image  = "debian:12"
  commit = true
}

source "null" "none" {
  communicator = "none"
}

build {
  name        = "first"
  description = <<-EOT
    Builds the first image,
    and says so.
  EOT
  sources     = ["source.null.none"]

  source "docker.base" {
    name = "tagged"
    changes = [
      "LABEL version=${var.version}"
    ]
  }

  source "docker.base" {
    author = "me"
  }

  provisioner "shell" {
    inline = [
      "echo one"
    ]
  }

  provisioner "shell" {
    inline = [
      "set -e",
      "apt-get update",
      "apt-get install -y 'a b' \"${var.version}\""
    ]
  }

  provisioner "shell" {
    inline = [
      "if true; then\n  echo yes\nfi",
      "echo after"
    ]
  }

  provisioner "shell" {
    inline          = ["id"]
    inline_shebang  = "/bin/bash -e"
    execute_command = "sudo -S sh -c '{{ .Vars }} {{ .Path }}'"
    environment_vars = [
      "A=b",
      "VERSION=${var.version}"
    ]
    valid_exit_codes    = [0, 2]
    expect_disconnect   = true
    start_retry_timeout = "2m"
  }

  provisioner "shell" {
    script = "scripts/one.sh"
  }

  provisioner "shell" {
    scripts = ["scripts/one.sh", "scripts/two.sh"]
    env = {
      A = "b"
    }
  }

  provisioner "file" {
    source      = "files/motd"
    destination = "/etc/motd"
  }

  provisioner "file" {
    destination = "/tmp/"
    sources     = ["files/a", "files/b"]
  }

  provisioner "file" {
    source      = "/var/log/build.log"
    destination = "logs/"
    direction   = "download"
  }

  provisioner "file" {
    content     = <<-EOT
      version: ${var.version}
    EOT
    destination = "/etc/version"
  }

  provisioner "shell-local" {
    inline = [
      "echo here"
    ]
  }

  provisioner "shell-local" {
    command = "echo there"
  }

  provisioner "breakpoint" {
    disable = true
    note    = "look around"
  }

  provisioner "ansible" {
    playbook_file   = "site.yml"
    extra_arguments = ["--tags", "web"]
    user            = "root"
  }

  provisioner "ansible-local" {
    playbook_file = "site.yml"
  }

  provisioner "powershell" {
    inline = [
      "Write-Output 'hi'"
    ]
  }

  provisioner "windows-restart" {}
}

build {
  sources = ["source.null.none"]
}
