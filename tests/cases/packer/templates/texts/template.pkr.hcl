variable "word" {
  default = "w"
}

locals {
  quotes      = "say \"${var.word}\" or '${var.word}'"
  backslash   = "C:\\Users\\${var.word}\\"
  backslashes = "\\\\server\\share\\${replace(var.word, "\\", "/")}"
  lines       = "one\ntwo\t${var.word}\n"
  returns     = "one\r\ntwo\r\n"
  unicode     = "\u00e9 \U0001F600 é"
  dollars     = "$${var.word} $HOME $(pwd) %%{if} 100%"
  braces      = "a {{ b }} {% c %} {# d #} ${var.word}"
  go          = "{{ .Vars }} {{.Path}} {{ .HTTPIP }}:{{ .HTTPPort }}"
  closing     = "}} %} #} ${var.word} {"
  only_braces = "{{"
  in_code     = upper("it's {{ not }} \"code\"")
  both_quotes = upper("it's \"both\"")
  both_slash  = upper("it's \"both\" \\")
  slash_quote = [for x in ["\\'"] : "${x}\\n"]
  conditional = "a %{if var.word == "w"}yes%{else}no%{endif} b"
  strip       = "a  %{~if var.word != ""~}  x  %{~endif~}  b"
  looped      = "%{for x in ["a", "b"]}<${x}>%{endfor}"
  nested      = "${"in ${upper("a ${var.word}")} side"}!"
  joined      = "${var.word}${var.word}"
  yamlish     = "yes"
  number      = "0644"
  blank       = ""
  spaces      = "  a  "
  colon       = "key: value # no comment"
  star        = "*"
}

source "null" "none" {
  communicator = "none"
}

build {
  sources = ["null.none"]
}
