variable "type" {
  type    = string
  default = "t3.small"
}

# It is needed, and the template lacks it.
variable "ami_name" {}

source "amazon-ebs" "amazon-ebs" {
  region        = "eu-west-1"
  source_ami    = "ami-0123456789abcdef0"
  instance_type = var.type
  ssh_username  = "admin"
  ami_name      = var.ami_name
  # spot_instance_types = ["t3.large"]  ('instance_type' and 'spot_instance_types' exclude each other)
}

build {
  sources = ["source.amazon-ebs.amazon-ebs"]
}
