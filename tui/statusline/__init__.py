"""`ccmon statusline`: one line for Claude Code's status line, tmux and waybar."""
