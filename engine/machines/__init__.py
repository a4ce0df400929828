"""Other machines of a person or a team: what they used comes in by files in a shared folder.

The format of the files is in README.md beside this. A machine writes files of its own only
(`writing`), and reads all others' (`shared_store`); over ssh it fetches the same (`pulling`).
What a team keeps in a database is in `team`.
"""
