"""What shells complete: the scripts of bash, zsh and fish."""
