"""The specification of analysis datasets: its language, its loading, its checks."""
