"""The pages that people look at: alerts, the form of a silence, runbooks."""
