"""What the command line does and prints, one module a command; the commands themselves are declared in ``cli``."""
