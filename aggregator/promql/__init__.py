"""The language: guard, parse, tree, print, table of functions. Pure."""
