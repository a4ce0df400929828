"""The local service: the monitor's answers over HTTP, by push, for Prometheus and for agents.

It stands on the monitor as the screen does, computes nothing, and listens to this machine alone
unless the user says otherwise. Starlette, uvicorn and websockets are the extra `serve`, the SDK of
MCP is the extra `mcp`; both are imported by what runs a server, and by nothing else.
"""
