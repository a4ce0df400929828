"""Claude Code: its transcripts, limit messages, titles and open sessions."""
