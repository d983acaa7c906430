"""«Omorganisering»: several changes of the organisation as one plan, explained, saved and undone together."""
