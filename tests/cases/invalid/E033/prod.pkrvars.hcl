name   = upper("web")
region = var.region
