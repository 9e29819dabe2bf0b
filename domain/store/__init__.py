"""The only room that speaks SQL, Redis or the broker.

SQL is written once, synchronously; the web tier reaches it with `AsyncConnection.run_sync`. Of
Redis, what only web does is asyncio and what only workers do is sync. Imports the core; never
`web`, `workers` or `ops`.
"""
