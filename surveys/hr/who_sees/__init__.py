"""«Hvem ser hva»: who may see a unit's results and card, and what a person may see."""
