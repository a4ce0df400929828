"""Tables as files for other programs: Parquet, CSV, SQLite and Excel."""
