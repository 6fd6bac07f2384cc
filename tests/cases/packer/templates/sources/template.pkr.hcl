packer {
  required_version = ">= 1.6.0"
}

variable "password" {
  type      = string
  sensitive = true
  default   = null
}

variable "extra_volumes" {
  type    = list(number)
  default = [10, 20]
}

variable "with_scratch" {
  type    = bool
  default = false
}

locals {
  disk_gigabytes = 20
}

source "qemu" "debian" {
  iso_url          = "debian.iso"
  iso_checksum     = "none"
  disk_size        = "${local.disk_gigabytes}G"
  headless         = true
  cpus             = 2
  ssh_username     = "root"
  ssh_password     = var.password
  ssh_timeout      = "30m"
  shutdown_command = null
  boot_command     = []
  http_directory   = ""
  boot_wait        = "5s"
  qemuargs = [
    ["-m", "1024M"],
    ["-smp", "cpus=2"],
  ]
}

source "docker" "debian" {
  image  = "debian:12"
  commit = true
  changes = [
    "ENV NAME=value",
    "ENTRYPOINT [\"sh\"]",
  ]
  run_command = ["-d", "-i", "-t", "{{.Image}}", "/bin/sh"]
  volumes = {
    "/tmp/a" = "/a"
  }
}

source "amazon-ebs" "web" {
  region        = "eu-west-1"
  instance_type = "t3.micro"
  ami_name      = "web-{{timestamp}}"
  ssh_username  = "admin"

  source_ami_filter {
    filters = {
      name                = "debian-12-amd64-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    most_recent = true
    owners      = ["136693071363"]
  }

  launch_block_device_mappings {
    device_name = "/dev/xvda"
    volume_size = 40
  }
  launch_block_device_mappings {
    device_name           = "/dev/xvdb"
    volume_size           = 100
    delete_on_termination = true
  }

  dynamic "ami_block_device_mappings" {
    for_each = var.extra_volumes
    content {
      device_name = "/dev/xvd${ami_block_device_mappings.key}"
      volume_size = ami_block_device_mappings.value
    }
  }

  dynamic "run_tag" {
    for_each = { Name = "build", Team = "images" }
    iterator = each
    content {
      key   = each.key
      value = upper(each.value)
    }
  }

  tags = {
    Name          = "web"
    "Cost-Center" = "{{ .SourceAMI }}"
  }
}

source "null" "debian" {
  communicator = "none"
}

build {
  sources = [
    "source.qemu.debian",
    "source.docker.debian",
    "source.amazon-ebs.web",
    "source.null.debian"
  ]
}
