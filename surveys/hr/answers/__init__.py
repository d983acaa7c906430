"""HR's pages for a file of answers from another tool."""
