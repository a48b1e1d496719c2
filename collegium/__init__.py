"""The command line, where everything is put together and started."""
