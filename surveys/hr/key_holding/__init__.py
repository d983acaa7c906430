"""Who together can open the ballot box: HR chooses them, they choose passphrases, and they open."""
