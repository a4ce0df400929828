"""A team's PostgreSQL database: what each person pushes there, and reports that it answers."""
