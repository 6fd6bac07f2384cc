json = "from values.pkrvars.hcl"
hcl  = "from values.pkrvars.hcl"
list = ["a", "b"]
