# Each local is a case: what it comes to for Packer is in values.json.
variable "text" {
  default = "grün"
}
variable "typed" {
  type    = string
  default = 3
}
variable "number" {
  type    = number
  default = "12"
}
variable "half" {
  type    = number
  default = 0.5
}
variable "yes" {
  type    = bool
  default = true
}
variable "no" {
  type    = bool
  default = "false"
}
variable "nothing" {
  type    = string
  default = null
}
variable "empty" {
  default = ""
}
variable "words" {
  type    = list(string)
  default = ["b", "a", "c"]
}
variable "numbers" {
  type    = list(number)
  default = [3, 1, 2]
}
variable "ages" {
  type    = map(number)
  default = { zoe = 3, Ann = 41, bob = 2 }
}
variable "untyped" {
  default = { items = "i", keys = "k", values = "v", get = "g", pop = "p", count = "c", index = "x" }
}
variable "machines" {
  type = list(object({ name = string, size = number, tags = list(string), up = bool }))
  default = [
    { name = "one", size = 1, tags = ["x", "y"], up = true },
    { name = "two", size = 2, tags = [], up = false },
  ]
}
variable "nested" {
  type = map(object({ items = list(string), size = number }))
  default = {
    b = { items = ["b1"], size = 2 }
    a = { items = ["a1", "a2"], size = 1 }
  }
}
variable "anything" {
  default = [1, "two", true]
}

locals {
  # numbers
  whole           = 4 / 2
  third           = 1 / 3
  part            = 7 / 2
  remainder       = 7 % 3
  fraction_rest   = 7.5 % 2
  exponent        = 1e3
  small           = 1.5e-3
  large           = 12345678901234567890
  larger          = 1e21
  product         = 123456789 * 987654321
  negative        = -5
  minus           = 3 - -2
  precedence      = 2 + 3 * 4 - 1
  parentheses     = (2 + 3) * 4
  text_number     = "4" + "5"
  text_product    = "1.50" * 2
  from_variable   = var.typed + 1
  from_number     = var.number / 5
  negated         = -var.number

  # numbers in texts
  in_text         = "${4 / 2}"
  in_text_half    = "is ${7 / 2}"
  in_text_exp     = "is ${1e3}"
  in_text_large   = "is ${12345678901234567890}"
  in_text_larger  = "is ${1e21}"
  in_text_small   = "is ${1.5e-3}"
  in_text_product = "is ${123456789 * 987654321}"
  in_text_neg     = "is ${-5}"
  in_text_typed   = "is ${var.typed} ${var.number} ${var.half}"
  in_text_two     = "is ${2.0}"
  in_text_fn      = "is ${length(var.words)} ${max(1, 2.5)} ${ceil(1.2)} ${floor(-1.2)} ${abs(-3)}"

  # booleans
  and             = true && false
  or              = true || false
  not             = !var.yes
  not_text        = !var.no
  in_text_true    = "is ${true} and ${var.yes} or ${var.no}"
  in_text_compare = "is ${1 < 2}"
  in_text_not     = "is ${!var.yes}"
  in_text_both    = "is ${var.yes && var.no}"
  in_text_fnbool  = "is ${contains(var.words, "a")}"
  in_text_element = "is ${var.machines[0].up}"
  in_text_choice  = "is ${var.yes ? true : false}"
  wrapped_true    = "${true}"
  wrapped_number  = "${var.number}"
  text_and        = "true" && true

  # comparisons
  equal           = 1 == 1
  equal_kinds     = 1 == "1"
  equal_bool_text = true == "true"
  equal_texts     = "a" == "a"
  equal_lists     = [1, 2] == [1, 2]
  equal_maps      = { a = 1 } == { a = 1 }
  unequal         = "a" != "b"
  equal_null      = var.nothing == null
  unequal_null    = var.text != null
  empty_null      = var.empty == null
  less            = 2 < 10
  less_texts      = "2" < "10"
  at_least        = 2 >= 2
  not_equal_comp  = !(1 == 2)
  equal_number    = var.number == 12

  # conditionals
  chosen          = var.yes ? "a" : "b"
  chosen_no       = var.no ? "a" : "b"
  chosen_text     = "false" ? "a" : "b"
  unlike          = var.yes ? 1 : "b"
  unlike_bool     = var.yes ? true : "b"
  unlike_second   = var.no ? "b" : 2
  unlike_in_text  = "is ${var.yes ? var.yes : "b"}"
  unlike_sum      = (var.yes ? var.number : "5") + 1
  more_text       = var.typed > 2
  unlike_nested   = var.no ? 1 : (var.yes ? "x" : "y")
  chosen_list     = var.yes ? ["a"] : []
  chosen_null     = var.yes ? null : "b"
  chosen_other    = var.no ? null : 3
  chosen_map      = var.yes ? { a = 1 } : { a = 2 }
  chain           = var.no ? "a" : var.yes ? "b" : "c"
  of_empty        = var.empty == "" ? "none" : var.empty
  in_condition    = length(var.words) > 2 ? "many" : "few"

  # texts
  unicode         = "${var.text}✓"
  escapes         = "a\tb\nc\"d\\e"
  unicode_escape  = "\u00e4"
  dollar          = "$${var.text} %%{if}"
  braces          = "{{ user `x` }} {% raw %} {# none #}"
  go_field        = "{{ .Vars }} ${var.text}"
  quotes          = "it's \"${var.text}\""
  backslash_end   = "c:\\"
  nested_quotes   = "a${"b${"c"}"}"
  joined          = "${var.text}-${var.typed}"
  heredoc         = <<EOT
  first ${var.text}
    second
EOT
  indented        = <<-EOT
    first
      second ${var.number}
    third
  EOT
  directives      = "%{if var.yes}yes%{else}no%{endif}!"
  directive_no    = "%{if var.no}yes%{endif}!"
  loop            = "%{for w in var.words}[${w}]%{endfor}"
  loop_index      = "%{for i, w in var.words}${i}=${w},%{endfor}"
  loop_map        = "%{for k, v in var.ages}${k}=${v},%{endfor}"
  strips          = <<-EOT
    %{~for w in var.words~}
    ${w}
    %{endfor~}
    end
  EOT
  strip_text      = "a  ${~ var.text ~}  b"
  lines           = <<-EOT
    %{for w in var.words}
    - ${w}
    %{endfor}
    end
  EOT
  choice_lines    = <<-EOT
    %{if var.yes}
    yes
    %{else}
    no
    %{endif}
    end
  EOT

  # collections
  list            = [1, "a", true, null]
  map             = { a = 1, "b c" = "x", (var.text) = 3 }
  map_numbers     = { 1 = "one", 2 = "two" }
  map_key_text    = { "${var.text}-x" = 1 }
  index           = var.words[1]
  index_text      = var.untyped["keys"]
  attribute_items = var.untyped.items
  attribute_keys  = var.untyped.keys
  attribute_values = var.untyped.values
  attribute_get   = var.untyped.get
  attribute_pop   = var.untyped.pop
  attribute_count = var.untyped.count
  attribute_index = var.untyped.index
  deep            = var.nested.a.items[1]
  deep_index      = var.nested["b"]["size"]
  computed_index  = var.words[length(var.words) - 1]
  of_local        = local.list[1]
  mixed           = var.anything

  # splats and for
  splat           = var.machines[*].name
  splat_attribute = var.machines.*.size
  splat_items     = values(var.nested)[*].items
  for_list        = [for w in var.words : upper(w)]
  for_index       = [for i, w in var.words : "${i}${w}"]
  for_if          = [for n in var.numbers : n if n > 1]
  for_map         = [for k, v in var.ages : "${k}:${v}"]
  for_map_values  = [for v in var.ages : v]
  for_to_map      = { for w in var.words : w => length(w) }
  for_to_map_if   = { for k, v in var.ages : lower(k) => v + 1 if v > 2 }
  for_group       = { for n in var.numbers : n > 1 ? "big" : "small" => n... }
  for_nested      = [for m in var.machines : [for t in m.tags : "${m.name}.${t}"]]
  for_items       = [for k, v in var.nested : v.items]
  for_object      = [for m in var.machines : { name = m.name, up = m.up }]
  for_flat        = flatten([for m in var.machines : m.tags])
  for_untyped     = [for k, v in var.untyped : "${k}${v}"]
  for_bool        = [for m in var.machines : "${m.name} ${m.up}"]
  for_key_text    = { for i, w in var.words : "n${i}" => w }
  for_number_keys = { for n in var.numbers : n => n * 2 }

  # functions
  merged          = merge({ a = 1 }, { b = 2 }, { a = 3 })
  keys            = keys(var.ages)
  values          = values(var.ages)
  looked_up       = lookup({ a = "x" }, "b", "none")
  formatted       = format("%s-%03d %5.1f %v %q", "a", 7, 1.25, true, "q")
  formatted_list  = formatlist("%s!", var.words)
  joined_list     = join(",", var.words)
  split_text      = split(",", "a,b,,c")
  replaced        = replace("a.b.c", ".", "-")
  replaced_regex  = regex_replace("a1b22", "[0-9]+", "#")
  coalesced       = coalesce("", "x")
  compacted       = compact(["", "a"])
  concatenated    = concat([1], ["b"], [true])
  distinct        = distinct(["a", "b", "a"])
  element         = element(var.words, 4)
  sorted          = sort(var.words)
  reversed        = reverse(var.words)
  sliced          = slice(var.words, 1, 3)
  chunked         = chunklist(var.words, 2)
  ranged          = range(3)
  zipped          = zipmap(["a", "b"], [1, 2])
  jsoned          = jsonencode({ b = [1, 2.5, true, null], a = "x<>&" })
  parsed          = jsondecode("{\"a\": [1, \"x\", false]}")
  yamled          = yamldecode("a: 1\nb: [x, 2]")
  titled          = title("hello world")
  cased           = "${upper("abc")}${lower("DEF")}"
  trimmed         = trimspace("  x ")
  chomped         = chomp("x\n\n")
  indented_text   = indent(2, "a\nb")
  part_of         = substr("hello", 1, 3)
  encoded         = base64encode("hé")
  hashed          = md5("x")
  number_of       = convert("5", number)
  text_of         = convert(true, string)
  set_of          = setunion(["b"], ["a"])
  product_of      = setproduct(["a", "b"], [1, 2])
  number_base     = parseint("ff", 16)
  power           = pow(2, 10)
  sign            = signum(-3)
  log             = log(8, 2)
  smallest        = min(3, 1.5, 2)
  spread          = max(var.numbers...)
  length_map      = length(var.ages)
  uses_keys       = [local.keys, local.values]
  contained       = contains(var.numbers, 3)
}
