"""PromQL over step grids and raw samples, with numpy. Pure.

`evaluate` walks a tree. Aggregations: `aggregations`, `groups`, `counting`, `picking`, `heap`, `quantile_across`, and
`merging` for those that clusters have begun. Functions over ranges: `windows`, `ranges`, `extremes`, `sums`, `rates`,
`quantiles`, `smoothing`. Other functions: `calls`, `elementwise`, `dates`, `histogram`, `relabel`. Operators:
`operators`, `matching`. Rows that become equal: `rows`. Where the last bit decides: `exactness`.
"""
