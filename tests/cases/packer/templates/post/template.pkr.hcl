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

  post-processors {
    post-processor "shell-local" {
      inline = ["echo done"]
    }
  }

  # a checksum of it
  post-processor "checksum" {
    checksum_types      = ["sha256"]
    output              = "{{.BuildName}}.{{.ChecksumType}}"
    keep_input_artifact = true
    name                = "sum"
    except              = ["docker.a"]
  }

  post-processor "compress" {
    output            = "a.tar.gz"
    compression_level = 9
  }
}
