"""The storage tier: the only package that uses SQL, Redis or the broker.

SQL is written once, synchronously; the web tier calls it with `AsyncConnection.run_sync`. Redis
code used only by web is asyncio, and code used only by workers is synchronous. Imports the core;
never `web`, `workers` or `ops`.
"""
