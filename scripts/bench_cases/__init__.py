"""What `scripts/bench` measures: one module a case, each with `run(effort)`; `load` and `bare` serve them all."""
