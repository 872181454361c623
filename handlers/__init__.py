"""What comes in: HTTP, chat messages. Parses and checks, asks one model, answers."""
