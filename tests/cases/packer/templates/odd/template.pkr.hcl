variable "builds" {
  type    = list(string)
  default = ["source.null.a"]
}

source "null" "a" {
  Communicator = "none"
  unknown      = "x"
}

source "null" "b" {
  communicator = "none"
}

build {
  sources = var.builds

  provisioner "shell-local" {
    inline     = []
    not_an_one = true
  }

  # what is not there yet
  provisioner "file" {
    source      = "later"
    destination = "/tmp/later"
    generated   = true
  }
}
