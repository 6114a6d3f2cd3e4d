"""The command line: only here is anything printed, is the environment read, does the process exit."""
