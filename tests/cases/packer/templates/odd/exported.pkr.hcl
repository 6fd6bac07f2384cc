variable "builds" {
  type    = list(string)
  default = ["source.null.a"]
}

source "null" "a" {
  communicator = "none"
  # unknown: x  (no such option)
}

source "null" "b" {
  communicator = "none"
}

build {
  sources = var.builds

  provisioner "shell-local" {
    inline = []
    # not_an_one: true  (no such option)
  }

  # what is not there yet
  provisioner "file" {
    source      = "later"
    destination = "/tmp/later"
  }
}
