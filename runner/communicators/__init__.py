"""Ways to reach a machine: each is a transport that starts programs there; what they have in common is here once."""
