"""«Brukere og tilganger»: who may sign in, and what to."""
