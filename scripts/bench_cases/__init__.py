"""The cases of `scripts/bench`: one module each, with `run(effort, ground)`; the others serve them all."""
