"""What tests stand on: the product as processes, and the actors who use it."""
