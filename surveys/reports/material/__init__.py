"""A unit's result as files for the meeting: a document, slides and a workbook that say what the result page says."""
