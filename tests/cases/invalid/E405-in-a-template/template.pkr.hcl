locals {
  name    = "${local.version}-image"
  version = upper(local.tag)
}

local "tag" {
  expression = [for word in split("-", local.name) : word][0]
}
