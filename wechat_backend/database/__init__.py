"""The connection to MongoDB, and the server that the demo and the tests start."""
