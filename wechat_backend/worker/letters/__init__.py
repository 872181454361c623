"""What letters say: one module a subject gathers the facts of its documents, and how its person is reached.

The words that an event has of its own stand in its notice (`models.outgoing.notices`).
"""
