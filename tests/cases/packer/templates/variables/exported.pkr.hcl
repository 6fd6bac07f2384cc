# Variables of every kind.

variable "plain" {
  type        = string
  description = "A text with a default"
  default     = "hello"
}

variable "wanted" {
  type = string
}

variable "typeless" {
  type    = string
  default = "x"
}

variable "nothing" {
  type    = string
  default = null
}

variable "size" {
  type    = number
  default = 20480
}

variable "fraction" {
  type    = number
  default = 1.5
}

variable "quiet" {
  type    = bool
  default = true
}

variable "zones" {
  type    = list(string)
  default = ["a", "b"]
}

variable "tags" {
  type = map(string)
  default = {
    Owner       = "me"
    "Cost code" = "4711"
  }
}

variable "disk" {
  type = object({ size = number, kind = string })
  default = {
    size = 10
    kind = "ssd"
  }
}

variable "digits" {
  type    = string
  default = "007"
}

variable "number_as_text" {
  type    = string
  default = "12"
}

variable "token" {
  type      = string
  sensitive = true
}

variable "from_environment" {
  default = env("BUILD_USER")
}

variable "a-dash" {
  type    = string
  default = "dashed"
}

variable "path" {
  type    = string
  default = "a path"
}

variable "item" {
  type    = string
  default = "an item"
}

variable "both" {
  type    = string
  default = "of a variable"
}

variable "copy" {
  type    = string
  default = "a copy"
}

variable "values" {
  type    = string
  default = "values"
}

variable "loop" {
  type    = string
  default = "a loop"
}

locals {
  both    = "of a local: ${var.both}"
  own-own = "${var.a-dash}.${local.both}"
  copy    = "of a local"
  names = [
    var.path,
    var.item,
    var.loop,
    var.both,
    local.both,
    var.copy,
    local.copy,
    var.values
  ]
  looped = [for values in [
    1
  ] : "${values}${var.values}"]
}

local "hidden" {
  expression = "${var.token}!"
  sensitive  = true
}

source "file" "all" {
  content = "${var.plain} ${var.path} ${local.own-own} ${local.hidden}"
  target  = "out-${var.size}.txt"
}

source "null" "other" {
  communicator = "none"
}

build {
  sources = [
    "source.file.all",
    "source.null.other"
  ]
}
