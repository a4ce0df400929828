"""The engine of ccmon: reads transcripts, counts, and answers; it has no screen.

The way of the data is one direction: agents, ingest, ledger, aggregates, limits, reports, monitor.
Faces (the live screen, tables, JSON) know only `engine.monitor` and the report types.
"""
