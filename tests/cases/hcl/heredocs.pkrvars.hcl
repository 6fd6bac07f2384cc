plain = <<EOT
first
  second \n "quoted" $${x} %%{y} $ %
EOT
empty = <<EOT
EOT
marker_in_text = <<EOT
EOTX
 EOT is not alone here
x EOT
    EOT
indented = <<-EOT
    keeps
      two

   
    stops
  EOT
shallow = <<-EOT
      deep
  shallow
	tab
EOT
dashed = <<-END-OF_IT
  # no comment
  END-OF_IT
nested = {
  list = [<<A
one
A
    , <<-B
      two
    B
  ]
  key = <<C
{ "json": [1, 2] }
C
  after = 1
}
