"""Measurements on real processes. Figures are ratios of one run: machines are shared and noisy."""
