variable "builds" {
  type    = list(string)
  default = ["source.null.a"]
}

source "null" "a" {
  communicator = "none"
}

source "null" "b" {
  communicator = "none"
}

build {
  sources = var.builds

  provisioner "shell-local" {
    inline = []
  }

  provisioner "file" {
    source      = "later"
    destination = "/tmp/later"
  }
}
