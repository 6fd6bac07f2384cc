packer {
  required_plugins {
    mine = {
      source  = "example.com/me/mine"
      version = ">= 0.1"
    }
  }
}

variable "name" {
  type    = string
  default = "debian"
}

locals {
  ami     = data.amazon-ami.debian.id
  odd     = data.mine-lookup.odd-one.result
  version = trimspace(data.http.debian.body)
}

data "amazon-ami" "debian" {
  filters = {
    name = "${var.name}-12-*"
  }
  most_recent = true
  owners      = ["136693071363"]
  region      = "eu-west-1"
}

data "http" "debian" {
  url = "https://example.com/version"
}

# an option that has a keyword's name
data "mine-lookup" "odd-one" {
  size = 4
  type = "odd" # an option of the plugin
  when = "now"
}

data "hcp-packer-image" "unknown" {
  bucket_name    = "b"
  channel        = "c"
  cloud_provider = "aws"
  region         = "eu"
  # type: odd  (no such option)
}

source "amazon-ebs" "a" {
  source_ami    = local.ami
  ami_name      = "a-${local.version}"
  region        = "eu-west-1"
  instance_type = "t3.micro"
  ssh_username  = "admin"
}

build {
  sources = ["source.amazon-ebs.a"]
}
