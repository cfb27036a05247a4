"""The city played: a sans-IO machine that turns time, orders and incidents into messages. No socket, no wall clock."""
