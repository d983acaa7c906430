"""HR's report on how well a survey measured."""
