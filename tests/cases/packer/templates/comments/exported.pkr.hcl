# This is about the whole template,
# in two lines.

# About the variable.
variable "word" { # beside the block
  # before the type
  type    = string # beside the type
  default = "w"    # beside the default
  # at the end of the variable
}

# A block comment
#    of two lines.
# about one
locals { # beside one
  one = 1
  # about two,
  #
  # with a gap
  two = [
    # in the list
    "a", # beside a
    "b"
    # at the list's end
  ]
  three = {
    # about a key
    key = "value" # beside the key
  }
}

# About the source.
source "docker" "a" {
  # about the image
  image  = "debian:12" # beside the image
  commit = true
  # at the end of the source
}

# About the build.
build {
  sources = [
    # about the first
    "source.docker.a" # beside the first
  ]

  # About the provisioner,
  # in two lines.
  provisioner "shell" {
    # about the lines
    inline = [
      "echo a", # beside a
      # about b
      "echo b"
    ]
    # at the provisioner's end
  }

  # about the chain
  # about its first
  post-processors {

    post-processor "docker-tag" {
      # about the repository
      repository = "example/a"
    }

    # between
    post-processor "docker-push" {}
    # at the chain's end
  }
  # at the build's end
}
# At the end of all.
