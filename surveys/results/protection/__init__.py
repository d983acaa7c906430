"""What may be shown: the masks of a release, what a reader may work out from it, the audit, the preview."""
