"""The facts that fill a notice are gathered here; its words are in `models/outgoing/notices`.

One module a subject reads the facts from its documents, and how its person is reached.
"""
