"""What modules that work on files have in common: looking at files on the machine, and putting them right."""
