variable "size" {
  type = number
}

variables {
  size = 1
  name = "a"
}

locals {
  name = "b"
}

locals {
  name = "c"
}

source "null" "a" {}
source "docker" "a" {}
source "null" "a" {}
