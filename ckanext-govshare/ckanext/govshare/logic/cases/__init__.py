"""What all cases have in common: how a command is carried out (`kernel`), and what follows from it on others (`consequences`)."""
