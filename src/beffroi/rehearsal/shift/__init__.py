"""The other end of voice: crews, on-call people, patrols and authorities, who answer as people do."""
