variable "zone" {
  type = string

  validation {
    condition     = length(var.zone) > 3 && substr(var.zone, 0, 3) == "eu-"
    error_message = "The zone has to begin with \"eu-\"."
  }

  validation {
    condition = can(regex("^[a-z]+-[0-9]+$", var.zone)) || contains([
      "eu-x"
    ], var.zone)
    error_message = "The zone has a number at its end."
  }
}

variable "sizes" {
  type    = list(number)
  default = [1, 2]

  validation {
    condition     = alltrue([for size in var.sizes : size > 0])
    error_message = "Sizes are positive."
  }
}

source "null" "none" {
  communicator = "none"
}

build {
  sources = ["source.null.none"]
}
