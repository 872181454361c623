"""What goes out because of an event, and who sends it."""
