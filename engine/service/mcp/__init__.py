"""The same figures in an agent's own hands: the Model Context Protocol's tools, resource, prompts.

`tools`, `prompts` and `redacted` know nothing of the SDK (the extra `mcp`); `server` and `mounted`
do.
"""
