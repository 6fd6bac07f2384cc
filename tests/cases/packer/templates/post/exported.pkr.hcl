source "docker" "a" {
  image  = "debian:12"
  commit = true
}

build {
  sources = ["source.docker.a"]

  post-processor "manifest" {
    output     = "manifest.json"
    strip_path = true
    custom_data = {
      source = "docker"
    }
  }

  post-processors {

    post-processor "docker-tag" {
      repository = "example/a"
      tags       = ["latest", "1"]
    }

    post-processor "docker-push" {
      keep_input_artifact = true
    }
  }

  post-processor "shell-local" {
    inline = [
      "echo done"
    ]
  }

  # a checksum of it
  post-processor "checksum" {
    name                = "sum"
    except              = ["docker.a"]
    keep_input_artifact = true
    checksum_types      = ["sha256"]
    output              = "{{.BuildName}}.{{.ChecksumType}}"
  }

  post-processor "compress" {
    output            = "a.tar.gz"
    compression_level = 9
  }
}
