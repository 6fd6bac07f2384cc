"""What builds remember from run to run: answers of machines, checkpoints of them, and what became of them."""
