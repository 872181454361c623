"""Booking wholly inside the chat: state in, message in → state out, words out, and what is to be done."""
