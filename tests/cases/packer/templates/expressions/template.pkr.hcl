variable "a" {
  type    = number
  default = 7
}

variable "b" {
  type    = number
  default = 2
}

variable "yes" {
  type    = bool
  default = true
}

variable "word" {
  type    = string
  default = "a word"
}

variable "flag" {
  default = "false"
}

variable "list" {
  type    = list(string)
  default = ["x", "y", "z"]
}

variable "map" {
  type = map(string)
  default = {
    one = "1"
    two = "2"
  }
}

variable "disks" {
  default = [
    { name = "root", size = 10, parts = [{ name = "p1" }] },
    { name = "data", size = 20, parts = [{ name = "p2" }, { name = "p3" }] },
  ]
}

locals {
  sum        = var.a + var.b * 2 - var.a % 3
  grouped    = (var.a + var.b) * (2 - var.a) / (3 - 1)
  leftmost   = var.a - (var.b - 1)
  quotient   = var.a / var.b / 2
  negative   = -var.a + -3
  compared   = var.a > var.b && var.a >= 7 || var.b < 2 || var.b <= 2
  equal      = var.word == "a word" != false
  negated    = !var.yes || !(var.a == var.b)
  nested     = !(var.yes && (var.a > 1 || var.b > 1))
  chosen     = var.yes ? "then" : "else"
  of_text    = var.flag ? 1 : 2
  flag_and   = var.flag && var.yes
  chain      = var.a > 5 ? "big" : var.a > 3 ? "middle" : "small"
  in_front   = (var.yes ? var.a : var.b) + 1
  first      = var.list[0]
  last       = var.list[length(var.list) - 1]
  by_key     = var.map["one"]
  by_name    = var.map.two
  computed   = var.map[var.yes ? "one" : "two"]
  deep       = var.disks[0].parts[0].name
  splat      = var.disks[*].name
  splat_deep = var.disks[*].parts[0].name
  splat_old  = var.disks.*.size
  all        = [for disk in var.disks : disk.name]
  upper      = [for word in var.list : upper(word)]
  indexed    = [for index, word in var.list : "${index}-${word}"]
  filtered   = [for word in var.list : word if word != "y"]
  of_map     = [for key, value in var.map : "${key}=${value}"]
  values     = [for value in var.map : value]
  object     = { for disk in var.disks : disk.name => disk.size }
  turned     = { for key, value in var.map : value => key if key != "two" }
  groups     = { for disk in var.disks : disk.size > 10 ? "large" : "small" => disk.name... }
  twice      = [for disk in var.disks : [for part in disk.parts : "${disk.name}/${part.name}"]]
  spread     = max([1, 2, 3]...)
  functions  = join(",", concat(var.list, [lower("W"), format("%s-%03d", var.word, var.a)]))
  merged     = merge(var.map, { three = "3" })
  looked_up  = lookup(var.map, "four", "none")
  tuple      = [1, "two", true, null, [3], { four = 4 }]
  empty      = [[], {}]
  keys = {
    plain       = 1
    "a key"     = 2
    (var.word)  = 3
    "${var.a}x" = 4
    if          = 5
  }
  text_plus_number = "${var.a + 1} of ${var.yes} and ${!var.yes}"
  alone            = "${var.list}"
  null_value       = null
  in_else          = "%{ if length(var.list) > 5 }many%{ else }${join(",", [for each in var.list : upper(each)])}%{ endif }"
  in_condition     = "%{ if var.yes }%{ if length([for each in var.list : each if each != "y"]) == 2 }two%{ endif }%{ endif }"
  in_both          = "%{ for word in var.list }%{ if word == "q" }%{ else }${length([for each in var.list : each if each == word])}%{ endif }%{ endfor }"
}

source "null" "none" {
  communicator = "none"
}

build {
  sources = ["null.none"]
}
