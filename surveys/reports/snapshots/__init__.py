"""Reports: dated, frozen snapshots of a styringskort, for three kinds of readers."""
