packer {
  required_plugins {
    parallels = {
      source  = "github.com/parallels/parallels"
      version = "~> 1"
    }
    mine = {
      source  = "example.com/me/mine"
      version = ">= 0.1"
    }
  }
}

source "parallels-iso" "a" {
  guest_os_type          = "debian"
  iso_url                = "debian.iso"
  iso_checksum           = "none"
  parallels_tools_flavor = "lin"
  ssh_username           = "root"
  prlctl = [
    ["set", "{{.Name}}", "--memsize", "1024"]
  ]
}

source "mine-thing" "b" {
  size = 4
  part = [
    {
      name = "one"
    },
    {
      name = "two"
    }
  ]
  settings = {
    a = "b"
  }
}

build {
  sources = [
    "source.parallels-iso.a",
    "source.mine-thing.b"
  ]

  provisioner "mine-work" {
    level = "high"
  }

  post-processor "mine-upload" {
    to = "there"
  }
}
