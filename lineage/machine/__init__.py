"""What the program needs of the machine that it runs on: memory, processors, clocks, terminals, versions."""
