"""What the worker does again and again, one module a job."""
