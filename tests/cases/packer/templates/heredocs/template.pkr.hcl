variable "users" {
  type    = list(string)
  default = ["ann", "bob"]
}

variable "debug" {
  type    = bool
  default = false
}

locals {
  plain      = <<EOF
first
  second ${var.debug}
EOF
  indented   = <<-EOF
    first
      second "quoted" \n $${kept}
    third
  EOF
  directives = <<-EOF
    users:
    %{for user in var.users~}
    - ${user}
    %{endfor~}
    %{if var.debug}
    debug: true
    %{else}
    debug: false
    %{endif}
    end
  EOF
  keyed      = <<-EOF
    %{~for index, user in var.users}
    ${index}: ${user}
    %{~endfor}
  EOF
  no_end = chomp(<<-EOF
    one
    two
  EOF
  )
  listed = [
    <<-EOF
      in a list
    EOF
    ,
    "after",
  ]
}

source "null" "none" {
  communicator = "none"
}

build {
  sources = ["null.none"]

  provisioner "shell" {
    inline = [
      <<-EOF
        cat <<-END > /etc/motd
          {{ not an expression }}
        END
      EOF
    ]
  }
}
