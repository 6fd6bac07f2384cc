empty_list   = []
empty_map    = {}
spaced_empty = { # a comment
}
list         = [1, "two", true, null, [3], { four = 4 }]
lines        = [
  "a", # first

  // a comment of its own
  "b"
  ,
  "c",
]
map          = { a = 1, b : 2, "c d" = 3, "e" : 4, }
over_lines   = {
  a = 1
  b : "two" # with a comment

  /* over
     lines */ c = [
    -
    1
  ],
}
keys         = { true = 1, null = 2, if = 3, 1 = 4, 1.50 = 5, "quo\"ted" = 6, é = 7 }
in_brackets  = ([
  (1), (
    { a = ("x") }
  )
])
tags         = { Name = "web", "kubernetes.io/role" = "node", Env = null }
