"""Drop-ins, each named after what it replaces. Importing one imports nothing of its target."""
