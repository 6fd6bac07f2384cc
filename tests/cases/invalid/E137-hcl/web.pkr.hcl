source "docker" "a" {
  image = "debian"
}
build {
  sources = ["source.docker.a"]
  provisioner "shell" { inline = ["echo"] }
}
