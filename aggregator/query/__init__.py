"""A question in, an answer out: plan, ask, evaluate."""
