"""What is done after a survey."""
