"""Rows for analysts in one zip: codebook, SPSS syntax, and an R script that recomputes the report's figures."""
