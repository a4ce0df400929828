"""Reports as flat tables: CSV for programs, Markdown for people's documents."""
