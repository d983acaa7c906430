"""What HR does in a survey's life: one module and one `SurveyStep` for each step, listed in `all_steps`."""
