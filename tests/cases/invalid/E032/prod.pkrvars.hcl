region = "us-east-1"
region = "us-west-2"
