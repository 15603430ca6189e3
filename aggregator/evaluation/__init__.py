"""PromQL over step grids and raw samples, with numpy. Pure."""
