"""What moves together with a theme in a whole survey."""
