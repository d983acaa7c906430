"""What is known of the population, and the weighted means that follow from released figures alone."""
