"""The lab's orchestrator; only Python's standard library, but for read_back.py."""
