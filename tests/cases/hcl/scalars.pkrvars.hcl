# Every way to write a number, a truth value and nothing.
zero          = 0
leading_zeros = 007
negative      = -42
twice         = - -1
exponent      = 1e3
exponent_sign = 1E+2
small         = 25e-2
whole         = 2.0
fraction      = 0.1
mixed         = 123.456e5
big           = 123456789012345678901234567890
huge          = 1e30
in_brackets   = (-(7))
yes           = true
no            = false
nothing       = null

// names that are words elsewhere
true  = 1
null  = 2
for   = 3
if    = 4
a-b_c = 5
größe = 6
_x    = 7
