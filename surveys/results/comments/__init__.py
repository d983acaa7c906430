"""Comments: masked and stored at counting, reviewed by HR, read where enough people stand behind them."""
