"""Remember machines: what was done to them, what they answered, and images that they have become.

A machine is told apart by what has been done to it. Its state is a digest: at first that of its origin, and after each
operation that changes it, that of the state before and of the operation. What it answers in a state is kept; so a build
that does what an earlier one did is answered without a machine, and one is launched when something new is asked.
"""
