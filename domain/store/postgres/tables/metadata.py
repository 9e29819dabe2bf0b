"""The metadata and the time type of all tables."""

from sqlalchemy import DateTime, MetaData

metadata = MetaData()
Moment = DateTime(timezone=True)
