"""Receives Claude Code's own telemetry by OTLP over HTTP, in JSON or Protocol Buffers.

`records` tells the attributes of what was sent, `requests` which of it are requests to the API,
`kept` writes those down, `received` answers. Nothing else of what is sent is read or kept.
"""
