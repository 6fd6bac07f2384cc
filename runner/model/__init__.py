"""What the program thinks in: frozen records of playbooks, plans and results."""
