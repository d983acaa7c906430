"""Results of earlier surveys from other tools, and norms: imported, read back, withdrawn."""
