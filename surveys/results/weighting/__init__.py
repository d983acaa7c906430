"""A citizen survey's weighted means, beside the unweighted ones."""
