"""HR plans a survey: changes, copies and deletes a draft, chooses whom it asks, and moves the deadline."""
