"""Every unit and every theme of a survey in one table, from released figures."""
