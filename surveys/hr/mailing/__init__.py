"""HR's pages for what is sent: mails that did not arrive, the plan of reminders, own words, and replaced codes."""
