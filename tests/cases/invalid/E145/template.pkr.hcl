source "null" "web" {
  ssh_host     = "web.example"
  ssh_username = var.user
  communicator = "none"
}

build {
  sources = ["source.null.web"]
}
