"""What the engine answers as JSON documents: stable names, ISO times, US dollars.

Names follow ccusage's Claude reports where it has the figure. Money is a number of US
dollars, percentages go from 0 to 100, `null` stands for what is not known. Where costs are
not asked for, their keys are left out at every level.
"""
