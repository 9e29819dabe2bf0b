"""What people see: templates, colours and words. Data only; no code lives or is imported here."""
