variable "users" {
  type    = list(string)
  default = ["ann", "bob"]
}

variable "debug" {
  type    = bool
  default = false
}

locals {
  plain      = <<-EOT
    first
      second ${var.debug}
  EOT
  indented   = <<-EOT
    first
      second "quoted" \n $${kept}
    third
  EOT
  directives = <<EOT
users:
%{for user in var.users~}
    - ${user}
%{endfor~}
    %{if var.debug}
debug: true
%{else~}

debug: false
%{endif~}

end
EOT
  keyed      = <<EOT
%{for index, user in var.users~}

    ${index}: ${user}
%{endfor~}

EOT
  no_end     = chomp("one\ntwo\n")
  listed = [
    <<-EOT
      in a list
    EOT
    ,
    "after"
  ]
}

source "null" "none" {
  communicator = "none"
}

build {
  sources = ["source.null.none"]

  provisioner "shell" {
    inline = [
      <<-EOT
        cat <<-END > /etc/motd
          {{ not an expression }}
        END
      EOT
    ]
  }
}
