"""What shells complete: the scripts of bash, zsh, fish and PowerShell."""
