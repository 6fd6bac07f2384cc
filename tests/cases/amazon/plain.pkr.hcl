variable "endpoint" {}
source "amazon-ebs" "base" {
  access_key = "testing"
  secret_key = "testing"
  region = "us-east-1"
  custom_endpoint_ec2 = var.endpoint
  skip_region_validation = true
  skip_credential_validation = true
  source_ami_filter {
    filters = {
      name = "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-*"
      root-device-type = "ebs"
      virtualization-type = "hvm"
    }
    owners = ["099720109477"]
    most_recent = true
  }
  instance_type = "t2.micro"
  ami_name = "packers"
  ami_description = "baseline"
  communicator = "ssh"
  ssh_username = "root"
  tags = { Name = "base", Env = "test" }
  run_tags = { Name = "packer-builder" }
  snapshot_tags = { Snap = "yes" }
  ami_users = ["123456789012"]
  launch_block_device_mappings {
    device_name = "/dev/sda1"
    volume_size = 20
    volume_type = "gp2"
    delete_on_termination = true
  }
}
build {
  sources = ["source.amazon-ebs.base"]
  provisioner "shell" { inline = ["echo golden >/etc/golden"] }
}
