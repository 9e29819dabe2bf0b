"""The tests. May import everything; nothing imports them."""
