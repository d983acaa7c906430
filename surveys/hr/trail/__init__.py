"""«Hendelseslogg»: what was done in the installation, by whom and when."""
