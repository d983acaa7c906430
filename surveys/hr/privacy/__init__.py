"""What the law on personal data asks of the municipality: retention, the record of processing, the DPIA, access."""
