"""Settings of the embedded PostgreSQL: small, but as durable as a large one."""

# A write is acknowledged after the commit: these three keep commits through a power failure.
_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}

# For tests, which need no data after a crash of the machine. A killed Postgres still loses nothing:
# each commit reaches the system's cache, though not the disk.
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
}

_SETTINGS = {
    # TCP on loopback only: a unix socket fails on paths longer than 107 bytes, as deep checkouts
    # have.
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # Passwords are stored and compared as SCRAM; other users of this machine can connect, but not
    # log in.
    "password_encryption": "scram-sha-256",
    # Every process opens a few; the tests run the processes of several systems on one server.
    "max_connections": "100",
    # The data of a few hundred pages fits; the system's own cache holds the rest.
    "shared_buffers": "64MB",
    "huge_pages": "off",
    # Every statement here is short: parallel workers and a compiler only cost start-up time, and
    # parallel queries need more of /dev/shm than a container may have.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # Reading in the caller saves three processes; there are no large scans to speed up.
    "io_method": "sync",
    # There is no replication: less is written, and one process is saved.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    # Keeps the folder of a demo small (the default keeps up to 1 GB of log).
    "max_wal_size": "256MB",
    # Times are stored with their zone and shown in UTC, on every machine.
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Warnings and errors only.
    "log_min_messages": "warning",
    # Without details: the detail of an error quotes rows, idempotency keys included.
    "log_error_verbosity": "terse",
    # The log goes to the file that the supervisor opened, not through a process of its own.
    "logging_collector": "off",
}


def as_arguments(*, durable: bool) -> tuple[str, ...]:
    """Return the settings as arguments of the `postgres` program."""
    settings = _SETTINGS | (_DURABLE if durable else _NOT_DURABLE)
    return tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
